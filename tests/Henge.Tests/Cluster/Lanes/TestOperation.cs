using System.Buffers.Text;
using System.Globalization;
using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>GET, SET, DEL, INCR or WHO of a few keys, as a session or another node would start them.</summary>
internal sealed class TestOperation : Operation
{
    private readonly MessageWriter _reply = new();
    private readonly List<byte[]> _keys = [];
    private LaneNode? _node;
    private byte[] _value = [];
    private byte[] _lastKey = [];

    public string Name { get; private set; } = "";

    public Outcome? Outcome { get; private set; }

    public bool WasRemote { get; private set; }

    public string Reply { get; private set; } = "";

    /// <summary>How often it was carried out under this object.</summary>
    public int Executions { get; private set; }

    public int Completions { get; private set; }

    /// <summary>Called at the end.</summary>
    public Action<TestOperation>? Completed { get; set; }

    /// <summary>Whether the text of the reply is kept: not where allocations are counted.</summary>
    public bool KeepsReply { get; set; } = true;

    public override int KeyCount => _keys.Count;

    public override bool Writes => Name is not "GET" and not "WHO";

    public override bool ReadsKeys => Name is not "SET";

    public override ReadOnlySpan<byte> KeyAt(int index) => _keys[index];

    public override Slot SlotAt(int index) => Slot.Of(_keys[index]);

    public static TestOperation Of(LaneNode node, string name, string keys, string value = "") => new TestOperation
    {
        _node = node,
        Name = name,
        _value = Encoding.UTF8.GetBytes(value),
    }.WithKeys(keys);

    public static TestOperation For(LaneNode node, LaneNode target, string name) => new()
    {
        _node = node,
        Name = name,
        Target = target.Id,
    };

    /// <summary>Makes it as new.</summary>
    public TestOperation Again()
    {
        DeadlineMs = 0;
        Outcome = null;
        return this;
    }

    public override void Execute(Instant now)
    {
        Executions++;
        _reply.Clear();
        if (_node!.LogsExecuted)
        {
            _node.Executed.Add(
                $"{Name} {string.Join(' ', _keys.Select(Encoding.UTF8.GetString))} {Encoding.UTF8.GetString(_value)}"
                .Trim());
        }
        if (Name == "WHO")
        {
            _reply.Raw(Encoding.UTF8.GetBytes(_node.Member.Name));
        }
        foreach (byte[] key in _keys)
        {
            using EntryScope scope = _node.Store.Open(key, now.UnixMs);
            Execute(scope);
        }
    }

    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)Name[0]);
        writer.Bytes(_value);
        foreach (byte[] key in _keys)
        {
            writer.Bytes(key);
        }
    }

    public bool TryRead(LaneNode node, ReadOnlySpan<byte> request)
    {
        _node = node;
        _keys.Clear();
        var reader = new MessageReader(request);
        Name = (char)reader.Byte() switch
        {
            'G' => "GET",
            'S' => "SET",
            'D' => "DEL",
            'I' => "INCR",
            'W' => "WHO",
            _ => "",
        };
        ReadOnlySpan<byte> value = reader.Bytes();
        _value = value.SequenceEqual(_value) ? _value : value.ToArray();
        while (reader.Left > 0)
        {
            ReadOnlySpan<byte> key = reader.Bytes();
            _lastKey = key.SequenceEqual(_lastKey) ? _lastKey : key.ToArray();
            _keys.Add(_lastKey);
        }
        return reader.IsDone && Name.Length > 0;
    }

    public override void WriteReplyTo(MessageWriter writer) => writer.Raw(_reply.Written);

    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        Completions++;
        Outcome = outcome;
        WasRemote = wasRemote;
        if (KeepsReply && outcome == Henge.Cluster.Lanes.Outcome.Done)
        {
            Reply = Encoding.UTF8.GetString(wasRemote ? reply : _reply.Written);
        }
        Completed?.Invoke(this);
    }

    private TestOperation WithKeys(string keys)
    {
        foreach (string key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            _keys.Add(Encoding.UTF8.GetBytes(key));
        }
        return this;
    }

    private void Execute(in EntryScope scope)
    {
        switch (Name)
        {
            case "GET":
                _reply.Raw(scope.Read() ? scope.Value : "-"u8);
                break;
            case "SET":
                scope.Set(EntryType.String, _value, 0);
                _reply.Raw("OK"u8);
                break;
            case "DEL":
                _reply.Raw(scope.Delete() ? "1"u8 : "0"u8);
                break;
            case "INCR":
                long number = Utf8Parser.TryParse(scope.Value, out long old, out _) ? old + 1 : 1;
                byte[] text = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
                scope.Set(EntryType.String, text, 0);
                _reply.Raw(text);
                break;
        }
    }
}

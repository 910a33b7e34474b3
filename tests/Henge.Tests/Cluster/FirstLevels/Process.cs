using System.Text;

using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Tests.Cluster.FirstLevels;

/// <summary>
/// A process with keys of its own and a first level for those of others; what it sends waits until it is delivered.
/// </summary>
internal sealed class Process : IClusterHost, IDisposable
{
    public const int BoundMs = 1000;

    private readonly Store _store = new(new StoreOptions { MemoryBytes = 8 << 20, Shards = 1 });
    private readonly LaneShared _shared = new();
    private readonly Dictionary<string, (int Value, Stamp Stamp)> _kept = [];

    public Process(string name, ulong boot = 1 << 16)
    {
        Self = new Member { Id = MemberId.Of(name), Boot = new BootId(boot), Address = name, Name = name };
        var options = new ClusterOptions { CoherenceBoundMs = BoundMs, SyncIntervalMs = 250 };
        Coherence = new Coherence(options, Self, _store, _shared, this);
    }

    public Member Self { get; }

    public MemberId Id => Self.Id;

    public Coherence Coherence { get; }

    public long NowMs { get; set; } = 1_000_000;

    public Instant Now => new(1_700_000_000_000 + NowMs, NowMs);

    public Dictionary<string, int> Values { get; } = [];

    public Queue<(MemberId To, byte[] Message)> Outbox { get; } = [];

    public bool TakesMessages { get; set; } = true;

    public int Wakes { get; private set; }

    /// <summary>Until when it may serve as an owner.</summary>
    public long ServeUntilMs
    {
        set => _shared.ServeUntilMs = value;
    }

    public static byte[] Key(string key) => Encoding.UTF8.GetBytes(key);

    public bool TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (TakesMessages)
        {
            Outbox.Enqueue((to, message.ToArray()));
        }
        return TakesMessages;
    }

    public void Dial(string address) => throw new NotSupportedException();

    public void Hangup(MemberId member) => throw new NotSupportedException();

    public void Publish(ClusterSnapshot snapshot) => throw new NotSupportedException();

    public void Wake() => Wakes++;

    public void Report(ClusterEvent happened) => throw new NotSupportedException();

    /// <summary>Changes a key of its own.</summary>
    public void Set(string key, int value)
    {
        Values[key] = value;
        Coherence.Teller.Changed(Key(key));
    }

    /// <summary>Asks an owner and keeps the answer.</summary>
    public int Fetch(string key, Process owner)
    {
        Stamp begun = Coherence.Reader.Begin(Key(key), NowMs);
        ulong generation = owner.Coherence.Teller.Track(Id, Key(key));
        return Keep(key, owner, begun, generation, owner.Values.GetValueOrDefault(key));
    }

    public int Keep(string key, Process owner, in Stamp begun, ulong generation, int value)
    {
        _kept[key] = (value, Coherence.Reader.Complete(begun, owner.Id, generation));
        return value;
    }

    /// <summary>What the first level may serve.</summary>
    public int? Kept(string key) =>
        _kept.TryGetValue(key, out (int Value, Stamp Stamp) kept) && Coherence.Reader.IsCurrent(kept.Stamp, NowMs)
            ? kept.Value : null;

    /// <summary>Takes a message; false when it makes no sense.</summary>
    public bool Receive(MemberId from, ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        return Coherence.Receive(from, reader.Kind(), ref reader, Now);
    }

    public void Dispose() => _store.Dispose();
}

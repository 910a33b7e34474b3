using System.Text;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>One node of a <see cref="TestRing"/>: a real core over a real store, with queues for links.</summary>
internal sealed class TestNode : IClusterHost, IDisposable
{
    private readonly TestRing _ring;
    private readonly ClusterOptions _options;

    public TestNode(TestRing ring, string name, ClusterOptions options, long memoryBytes, int weight)
    {
        (_ring, _options) = (ring, options);
        Name = name;
        Store = new Store(new StoreOptions
        {
            MemoryBytes = memoryBytes,
            Shards = 1,
            Slots = new KeySlots(),
            HashSeed = 7,
        });
        Self = new Member
        {
            Id = MemberId.Of(name),
            Boot = BootId.Of(ring.Now.UnixMs, ring.NextBoot()),
            Address = name,
            Name = name,
            Weight = weight,
        };
        Core = new ClusterCore(options, Self, Store, this, seed: ring.NextBoot());
    }

    public string Name { get; }

    public Member Self { get; }

    public MemberId Id => Self.Id;

    public Store Store { get; }

    public ClusterCore Core { get; }

    public List<ClusterEvent> Events { get; } = [];

    public int CountOf(ClusterEventKind kind) => Events.Count(happened => happened.Kind == kind);

    public Dictionary<MessageKind, int> Sent { get; } = [];

    public long BulkBytes { get; private set; }

    /// <summary>Lets nothing through on the bulk link after so many more messages; the link then breaks.</summary>
    public int BulkMessagesUntilReset { get; set; } = int.MaxValue;

    public bool TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message)
    {
        Sent[(MessageKind)message[0]] = Sent.GetValueOrDefault((MessageKind)message[0]) + 1;
        BulkBytes += link == LinkKind.Bulk ? message.Length : 0;
        return _ring.Send(this, to, link, message.ToArray());
    }

    public void Dial(string address) => _ring.Dial(this, address);

    public void Hangup(MemberId member) => _ring.Hangup(this, member);

    public void Publish(ClusterSnapshot snapshot)
    {
        for (int lane = 0; lane < _options.Lanes; lane++)
        {
            int number = lane;
            _ring.Later(1, this, now => Core.Quiesced(number, snapshot.Number, now));
        }
    }

    public void Wake() => _ring.Later(0, this, _ => Core.Coherence.Teller.Send());

    public void Report(ClusterEvent happened) => Events.Add(happened);

    public int SlotsIn(SlotAccess access) => Core.Snapshot.Access.Count(each => each == access);

    public string? Get(string key)
    {
        using EntryScope entry = Store.Open(Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs);
        return entry.Found ? Encoding.UTF8.GetString(entry.Value) : null;
    }

    /// <summary>Reads a key as a client does, which moves its eviction.</summary>
    public void Use(string key)
    {
        using EntryScope entry = Store.Open(Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs);
        Assert.True(entry.Read());
    }

    /// <summary>All keys, the next to be evicted first.</summary>
    public List<string> KeysByEviction()
    {
        var records = new MessageWriter();
        var keeper = new RecordKeeper(records);
        using (var walk = new RecordWalk(Store))
        {
            while (walk.Next(100, _ring.Now.UnixMs, ref keeper))
            {
            }
        }
        var keys = new List<string>();
        var reader = new MessageReader(records.Written);
        while (reader.Left > 0)
        {
            keys.Add(Encoding.UTF8.GetString(RecordCodec.Read(ref reader).Key));
        }
        return keys;
    }

    public void Dispose() => Store.Dispose();
}

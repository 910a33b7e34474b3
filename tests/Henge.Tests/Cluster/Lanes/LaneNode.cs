using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>A node of a <see cref="LaneRing"/>: a store, a lane, and its links to the others.</summary>
internal sealed class LaneNode : ILaneHost, IDisposable
{
    private readonly LaneRing _ring;
    private Lane? _lane;

    public LaneNode(LaneRing ring, string name)
    {
        _ring = ring;
        Member = new Member
        {
            Id = MemberId.Of(name),
            Boot = BootId.Of(1_700_000_000_000, 7),
            Address = name + ":6379",
            Name = name,
            Phase = MemberPhase.Ready,
        };
        Store = new Store(new StoreOptions
        {
            MemoryBytes = 8 << 20,
            Shards = 2,
            HashSeed = 11,
        })
        {
            ChangeSink = Changes,
            KeepsTombstones = true,
        };
    }

    public Member Member { get; set; }

    public MemberId Id => Member.Id;

    public Store Store { get; }

    public Lane Lane => _lane!;

    public LaneShared Shared { get; } = new();

    public ChangeBuffer Changes { get; } = new();

    /// <summary>Links that this node dialled, by the other's id.</summary>
    public Dictionary<MemberId, LaneLink> Links { get; } = [];

    /// <summary>Snapshot numbers that the lane said are settled.</summary>
    public List<long> Settled { get; } = [];

    /// <summary>What was carried out here, in order.</summary>
    public List<string> Executed { get; } = [];

    /// <summary>Whether reads of others are answered without an operation where that may be.</summary>
    public bool AnswersReads { get; set; }

    /// <summary>How many were.</summary>
    public int Answered { get; private set; }

    public bool LogsExecuted { get; set; } = true;

    public void Open(ClusterOptions options, ClusterSnapshot snapshot) =>
        _lane = new Lane(3, options, Store, Shared, snapshot, this);

    public LaneLink LinkTo(LaneNode other) => Links[other.Id];

    public bool TrySend(MemberId to, ReadOnlySpan<byte> message)
    {
        if (!Links.TryGetValue(to, out LaneLink? link) || link.IsFull)
        {
            return false;
        }
        link.Request(message);
        return true;
    }

    public bool TryReply(long link, ReadOnlySpan<byte> message)
    {
        if (_ring.FindLink(link) is not { } found)
        {
            return false;
        }
        found.Reply(message);
        return true;
    }

    public bool TryAnswer(ReadOnlySpan<byte> request, MessageWriter answer, Instant now)
    {
        TestOperation? operation = AnswersReads ? new TestOperation() : null;
        if (operation is null || !operation.TryRead(this, request) || operation.Writes || operation.KeyCount != 1
            || !Lane.ServesDirectly(operation.SlotAt(0), now))
        {
            return false;
        }
        operation.Execute(now);
        operation.WriteReplyTo(answer);
        Answered++;
        return true;
    }

    public Operation? Accept(MemberId from, ReadOnlySpan<byte> request)
    {
        TestOperation? operation = _ring.RentServed();
        return operation.TryRead(this, request) ? operation : null;
    }

    public void Quiesced(int lane, long snapshotNumber)
    {
        _ring.Expect(lane == 3);
        Settled.Add(snapshotNumber);
    }

    /// <summary>The value under a key here, without the ring; null for none.</summary>
    public string? Peek(string key)
    {
        using EntryScope scope = Store.Open(System.Text.Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs);
        return scope.Found ? System.Text.Encoding.UTF8.GetString(scope.Value) : null;
    }

    public void Dispose() => Store.Dispose();
}

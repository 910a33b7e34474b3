using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Tags;
using Henge.Peers;

namespace Henge.Tests.Routing;

/// <summary>One node of a <see cref="TestRing"/>, and its part in it.</summary>
internal sealed class TestNode : IRing, IDisposable
{
    private readonly TestRing _ring;

    public TestNode(TestRing ring, int index, HengeOptions options)
    {
        _ring = ring;
        Index = index;
        Node = new HengeNode(options, new RingTime(ring)) { Ring = this };
        Tags = new TagTable(Node.Store, 1000);
        Node.Store.Staleness = Tags;
        Self = new Member
        {
            Id = MemberId.Of($"node{index}"),
            Boot = new BootId(1),
            Address = $"127.0.0.1:{7400 + index}",
            Name = $"node{index}",
            Phase = MemberPhase.Ready,
        };
    }

    public int Index { get; }

    public HengeNode Node { get; }

    public Member Self { get; }

    public TestLane Lane { get; private set; } = null!;

    public ClusterSnapshot Snapshot { get; private set; } = null!;

    public IReadOnlyList<RingLane> Lanes => [Lane];

    public bool IsPaused { get; set; }

    public long MonotonicMs => _ring.Now.MonotonicMs;

    public Coherence? Coherence => null;

    public TagTable Tags { get; }

    /// <summary>Whether links to and from it carry anything.</summary>
    public bool IsCut { get; set; }

    public bool HasWork => Lane.HasWork;

    public void Adopt(ClusterSnapshot snapshot)
    {
        Snapshot = snapshot;
        Node.Leases.Adopt(snapshot);
        if (Lane is null)
        {
            Lane = new TestLane(_ring, this, snapshot);
        }
        else
        {
            Lane.Lane.Adopt(snapshot, _ring.Now);
        }
    }

    public void Turn() => Lane.Turn();

    public RingClient Connect() => new(_ring, this);

    public void TakeChangesDown()
    {
        // The lane does from its beginning.
    }

    public bool TryBeginLoneWrite() => Snapshot.IsAlone;

    public void EndLoneWrite()
    {
    }

    public void FlushAll(Action<ulong> done)
    {
        ulong version = Node.Store.Clock(_ring.Now.UnixMs);
        Node.Store.Flush(version, _ring.Now.UnixMs);
        _ring.Send(() => done(version));
    }

    public void InvalidateTags(byte[] tags, Action<bool> done) => _ring.Send(() =>
    {
        ulong version = _ring.Nodes.Max(node => node.Tags.Highest(_ring.Now.UnixMs)) + 1;
        foreach (TestNode node in _ring.Nodes)
        {
            node.Node.Store.AdvanceClock(version, _ring.Now.UnixMs);
            foreach (ReadOnlySpan<byte> tag in new TagList(tags))
            {
                node.Tags.Raise(tag, version);
            }
        }
        done(true);
    });

    /// <summary>What a core would say that moves.</summary>
    public IReadOnlyList<TransferStatus> Transfers { get; set; } = [];

    public Task<ClusterStatus> StatusAsync(CancellationToken cancellationToken) => Task.FromResult(new ClusterStatus
    {
        View = Snapshot.View,
        Members = [.. Snapshot.Members.Values],
        OwnedSlots = 0,
        ReplicaSlots = 0,
        LoadingSlots = 0,
        Transfers = Transfers,
        RoundTripMicroseconds = new Dictionary<MemberId, long>(),
        ClockSkewMs = new Dictionary<MemberId, long>(),
        Repaired = 0,
        TopologyMisses = 0,
        Views = 1,
        FlushVersion = 0,
    });

    public RingTotals Totals()
    {
        var totals = new RingTotals();
        totals.Add(Lane.Lane.Counters);
        return totals;
    }

    public bool TrySendControl(MemberId to, ReadOnlySpan<byte> message)
    {
        byte[] copy = message.ToArray();
        TestNode other = _ring.Nodes.Single(node => node.Self.Id == to);
        _ring.Send(() => other.Node.Messages!.Receive(Self.Id, copy));
        return true;
    }

    public void Dispose() => Node.DisposeAsync().AsTask().GetAwaiter().GetResult();
}

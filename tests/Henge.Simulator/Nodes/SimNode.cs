using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Simulator.Network;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;
using Henge.Storage;

namespace Henge.Simulator.Nodes;

/// <summary>
/// One process of a node: the real store, cluster core and lanes, each on its simulated thread, until it ends. What it
/// held is lost with it.
/// </summary>
internal sealed class SimNode
{
    private const long StoreTickMs = 100;
    private readonly World _world;
    private readonly CorePort _port;
    private readonly List<(SimConnection Connection, LinkEnd End)> _ends = [];
    private long _tickAtUs = long.MaxValue;
    private int _unsettled = -1;
    private long _nextStoreTickMs;
    private long _tagEpoch;

    public SimNode(World world, SimHost host, BootId boot, SimRandom random)
    {
        _world = world;
        Host = host;
        NodeShape shape = host.Shape;
        PlantedBugs bugs = shape.Options.Bugs;
        Store = new Store(new StoreOptions
        {
            MemoryBytes = shape.MemoryBytes,
            Shards = shape.Shards,
            HashSeed = random.Next() | 1,
            Slots = new SimSlots(),
            VersionsIgnoreStored = bugs.HasFlag(PlantedBugs.ClockOnlyVersions),
            MergesLastArrival = bugs.HasFlag(PlantedBugs.LastArrivalWins),
        });
        Store.ChangeSink = new NodeChanges(world, this);
        Id = MemberId.Of(shape.Name);
        CoreThread = new SimThread(world.Time);
        _port = new CorePort(world, this);
        Core = new ClusterCore(shape.Options, new Member
        {
            Id = Id,
            Boot = boot,
            Address = host.Address,
            Name = shape.Name,
            Zone = shape.Zone,
            Weight = shape.Weight,
            MinWire = shape.MinWire,
            MaxWire = shape.MaxWire,
        }, Store, _port, random.Next());
        Published = Core.Snapshot;
        FirstLevel = world.Plan.Workload.MeanKeptGapUs > 0 ? new SimFirstLevel(world, this) : null;
        Lanes = [.. Enumerable.Range(0, shape.Options.Lanes)
            .Select(i => new LanePort(world, this, i, random.Fork("lane", i)))];
    }

    public SimHost Host { get; }

    public MemberId Id { get; }

    /// <summary>Which process: it may change once, when an earlier one had a later clock.</summary>
    public BootId Boot => Core.Snapshot.Self.Boot;

    public Store Store { get; }

    public ClusterCore Core { get; }

    public SimThread CoreThread { get; }

    public IReadOnlyList<LanePort> Lanes { get; } = [];

    /// <summary>The first level of its application; null where the plan has none.</summary>
    public SimFirstLevel? FirstLevel { get; }

    /// <summary>When its process ended; never: the end of time.</summary>
    public long EndedAtUs { get; private set; } = long.MaxValue;

    /// <summary>The newest snapshot that the core has made.</summary>
    public ClusterSnapshot Published { get; private set; }

    /// <summary>Slots of the newest snapshot that are not served yet, or left over.</summary>
    public int Unsettled => _unsettled >= 0 ? _unsettled : _unsettled = CountUnsettled();

    /// <summary>The lane whose turn it is; null between turns.</summary>
    public LanePort? LaneInTurn { get; set; }

    /// <summary>The request that is being carried out; null for none.</summary>
    public Request? Executing { get; set; }

    /// <summary>Whether the process has ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How often it dropped slots that others hold now.</summary>
    public int TimesForgotten { get; set; }

    /// <summary>Whether it has begun to leave.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Whether it has handed everything over and said goodbye.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Starts the core.</summary>
    public void Start() => CoreThread.Post(() => OnCore(Core.Start));

    /// <summary>Begins to hand everything over.</summary>
    public void Leave()
    {
        IsLeaving = true;
        CoreThread.Post(() => OnCore(Core.Leave));
    }

    /// <summary>Calls the core, on its thread, and sees to its next tick.</summary>
    public void OnCore(Action<Instant> call)
    {
        call(Host.Clock.Now);
        if (Core.Tags.Table.Epoch is var epoch && epoch != _tagEpoch)
        {
            _tagEpoch = epoch;
            _world.Oracle.Tags.Raised(this);
        }
        long due = Math.Max(Host.Clock.WhenUs(Core.NextTickMs), _world.Time.NowUs + 20);
        if (due < _tickAtUs)
        {
            _tickAtUs = due;
            _world.Time.At(due, () => CoreThread.Post(() => Tick(due)));
        }
    }

    /// <summary>The core has made a snapshot.</summary>
    public void Publish(ClusterSnapshot snapshot)
    {
        Published = snapshot;
        _unsettled = -1;
        foreach (LanePort lane in Lanes)
        {
            lane.Wake();
        }
    }

    /// <summary>The thread on which a link that somebody else dialled is read.</summary>
    public SimThread ThreadFor(LinkKind kind, int lane) =>
        kind == LinkKind.Data ? Lanes[lane % Lanes.Count].Thread : CoreThread;

    /// <summary>A peer's dial has come through; on the core's thread.</summary>
    public void Accepted(Member peer, LinkKind kind, int lane, SimConnection connection, LinkEnd end)
    {
        if (kind == LinkKind.Data)
        {
            LanePort port = Lanes[lane % Lanes.Count];
            port.Thread.Post(() => port.Accepted(peer, connection, end));
        }
        else
        {
            _port.Accepted(peer, kind, connection, end);
        }
    }

    /// <summary>Keeps an end of a connection that dies with the process.</summary>
    public void Own(SimConnection connection, LinkEnd end)
    {
        if (_ends.Count > 1000)
        {
            _ends.RemoveAll(static e => e.End.IsClosed);
        }
        _ends.Add((connection, end));
    }

    /// <summary>A control link of it, for faults that need one; null for none.</summary>
    public CoreLink? AnyLink(LinkKind kind) => _port.AnyLink(kind);

    /// <summary>Stops all its threads for a while.</summary>
    public void PauseUntil(long us)
    {
        foreach (SimThread thread in Threads())
        {
            thread.PauseUntil(us);
        }
    }

    /// <summary>Makes each thing that it does take so long; 0 for none.</summary>
    public void Slow(long costUs)
    {
        foreach (SimThread thread in Threads())
        {
            thread.CostUs = costUs;
        }
    }

    /// <summary>Ends the process; what it held is gone.</summary>
    /// <param name="saysGoodbye">Whether its host still resets the connections; if not, it has vanished.</param>
    public void Kill(bool saysGoodbye)
    {
        IsOver = true;
        EndedAtUs = _world.Time.NowUs;
        foreach (SimThread thread in Threads())
        {
            thread.Kill();
        }
        foreach ((SimConnection connection, LinkEnd end) in _ends)
        {
            if (saysGoodbye)
            {
                connection.Close(end, DownReason.Reset);
            }
            else
            {
                connection.Vanish(end);
            }
        }
        Store.Dispose();
    }

    public override string ToString() => Host.Shape.Name;

    private int CountUnsettled()
    {
        int count = 0;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            bool isOpen = Published.Access[slot] is SlotAccess.Load or SlotAccess.Wait or SlotAccess.Nobody;
            count += isOpen || Published.Leftover[slot] ? 1 : 0;
        }
        return count;
    }

    private IEnumerable<SimThread> Threads()
    {
        IEnumerable<SimThread> own = Lanes.Select(static l => l.Thread).Prepend(CoreThread);
        return FirstLevel is null ? own : own.Append(FirstLevel.Thread);
    }

    private void Tick(long due)
    {
        if (_tickAtUs == due)
        {
            _tickAtUs = long.MaxValue;
        }
        OnCore(now =>
        {
            Core.Tick(now);
            if (now.MonotonicMs >= _nextStoreTickMs)
            {
                _nextStoreTickMs = now.MonotonicMs + StoreTickMs;
                Store.Tick(now.UnixMs);
            }
        });
    }
}

using System.Net;
using System.Security.Cryptography;

using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Repairs;
using Henge.Cluster.Tags;
using Henge.Peers.Doors;
using Henge.Peers.Lanes;
using Henge.Peers.Links;
using Henge.Protocol.Peers;
using Henge.Protocol.Peers.Hellos;
using Henge.Transport.Buffers;

namespace Henge.Peers;

/// <summary>
/// A node's part in the ring, with its threads and sockets: the cluster core on its thread, the door where links begin,
/// and the lanes, which the transport makes, one for each loop. Started once, stopped once.
/// </summary>
internal sealed class RingHost : IRing, IDoorOwner
{
    /// <summary>Version of the algorithm of placement (RingView).</summary>
    private const byte RingVersion = 1;

    /// <summary>After the goodbye, so that it reaches everybody before the links close.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly LoneWrites _loneWrites = new();
    private readonly ClusterOptions _options;
    private readonly ClusterThread _thread;
    private readonly RingLog _log;
    private readonly UInt128 _cluster;
    private readonly List<LaneLinks> _links = [];
    private readonly List<RingLane> _lanes = [];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeChanges _changes;
    private volatile ClusterSnapshot _snapshot;
    private volatile bool _isReady;
    private int _nextLane;

    /// <summary>Creates a node's part in the ring; nothing runs yet.</summary>
    /// <param name="node">The node.</param>
    /// <param name="listening">Where it listens.</param>
    /// <param name="lanes">Lanes that the transport will add.</param>
    public RingHost(HengeNode node, IReadOnlyList<IPEndPoint> listening, int lanes)
    {
        HengeOptions options = node.Options;
        Node = node;
        Budget = new BufferBudget(node.Store, options);
        string address = OwnAddress.Of(options, listening);
        bool isPortable = node.Options.Transport == TransportKind.Sockets;
        _cluster = Hello.ClusterOf(options.ClusterName);
        _log = new RingLog(node);
        _options = RingParameters.Of(node, lanes);
        Door = new PeerDoor(
            this, () => node.Secrets.Cluster, TlsDialling.Of(node, Budget, _log), node.TimeProvider, isPortable,
            node.Logger);
        _thread = new ClusterThread(this, lanes, isPortable);
        var self = new Member
        {
            Id = MemberId.Of(options.IsNamed ? options.Name : address),
            Boot = BootId.Of(node.StartedAt.ToUnixTimeMilliseconds(), (ushort)RandomNumberGenerator.GetInt32(1 << 16)),
            Address = address,
            Name = options.Name,
            Zone = options.Zone,
            Weight = options.Weight,
            Phase = MemberPhase.Joining,
            MinWire = WireVersions.Least,
            MaxWire = WireVersions.Highest,
        };
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        Core = new ClusterCore(_options, self, node.Store, _thread, seed);
        _snapshot = Core.Snapshot;
        _changes = new NodeChanges(Core.Coherence.Teller, node.Leases);
    }

    /// <summary>The node.</summary>
    public HengeNode Node { get; }

    /// <summary>What the buffers of links are charged to.</summary>
    public BufferBudget Budget { get; }

    /// <summary>The core; for the cluster thread alone.</summary>
    public ClusterCore Core { get; }

    /// <summary>Where links begin.</summary>
    public PeerDoor Door { get; }

    /// <summary>What links count.</summary>
    public LinkCounters Counters { get; } = new();

    /// <summary>Whether the node belongs to a ring, perhaps of one, and serves.</summary>
    public bool IsReady => _isReady;

    /// <summary>Ends when the node is ready for the first time.</summary>
    public Task Joined => _joined.Task;

    /// <inheritdoc/>
    public ClusterSnapshot Snapshot => _snapshot;

    /// <inheritdoc/>
    public IReadOnlyList<RingLane> Lanes => _lanes;

    /// <inheritdoc/>
    public bool IsPaused => MonotonicMs > Core.Shared.ServeUntilMs;

    /// <summary>Both clocks of the node.</summary>
    public Instant ReadClocks() => new(Node.NowMs, MonotonicMs);

    /// <inheritdoc/>
    public long MonotonicMs => Node.MonotonicMs;

    /// <inheritdoc/>
    public Coherence Coherence => Core.Coherence;

    /// <summary>Makes a lane for the links of a loop.</summary>
    public Lane CreateLane(int number, ILaneHost host) =>
        new(number, _options, Node.Store, Core.Shared, _snapshot, host);

    /// <summary>Takes a lane that the transport has made. Before the start.</summary>
    public void Add(LaneLinks links, RingLane lane)
    {
        _links.Add(links);
        _lanes.Add(lane);
    }

    /// <summary>Starts its threads; the lanes are there.</summary>
    public void Start()
    {
        if (Node.Entries.HasFirstLevel)
        {
            TakeChangesDown();
        }
        Door.Start();
        _thread.Start();
    }

    /// <summary>What discovery names now, and whether it has answered (docs/discovery.md). Any thread.</summary>
    public void Discovered(IReadOnlyCollection<string> addresses, bool hasAnswered) =>
        _thread.Post((core, now) => core.Discovered(addresses, hasAnswered, now));

    /// <summary>
    /// Hands over what this node holds, and waits until others have it: at most so long as the options say, or until
    /// the token is cancelled. Takes no new links afterwards.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        bool hadPeers = _thread.HasPeers;
        _log.IsLeaving = true;
        _thread.Post(static (core, now) => core.Leave(now));
        try
        {
            await _left.Task.WaitAsync(Node.Options.LeaveTimeout, Node.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
            if (hadPeers)
            {
                await Task.Delay(Linger, Node.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _log.LeftEarly();
        }
        // No new links for loops that are about to end.
        await Door.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Whether others are in the ring that this node has left, and hold what it held.</summary>
    public bool HasHandedOver => _snapshot.View.Members.Any(member => member.Id != _snapshot.Self.Id);

    /// <summary>Ends its threads; the lanes end with their loops.</summary>
    public async Task StopAsync()
    {
        _isReady = false;
        await Door.StopAsync().ConfigureAwait(false);
        await _thread.StopAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool TryBeginLoneWrite()
    {
        _loneWrites.Begin();
        if (Snapshot.IsAlone)
        {
            return true;
        }
        _loneWrites.End();
        return false;
    }

    /// <inheritdoc/>
    public void EndLoneWrite() => _loneWrites.End();

    /// <inheritdoc/>
    public void FlushAll(Action<ulong> done) => _thread.Post((core, now) => done(core.FlushAll(now)));

    /// <summary>Has the core do something about what is read back from an earlier run. Any thread.</summary>
    public void Restore(Action<Restoration, Instant> work) => _thread.Post((core, now) => work(core.Restoration, now));

    /// <summary>Begins to merge records by the snapshot in force from then on; ends as a lone write does.</summary>
    public void BeginMerge() => _loneWrites.Begin();

    /// <inheritdoc/>
    public TagTable Tags => Core.Tags.Table;

    /// <inheritdoc/>
    public void InvalidateTags(byte[] tags, Action<bool> done) =>
        _thread.Post((core, now) => core.Tags.Invalidate(tags, done, now));

    /// <inheritdoc/>
    public Task<ClusterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var made = new TaskCompletionSource<ClusterStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread.Post((core, now) => made.TrySetResult(core.Status(now)));
        return made.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public RingTotals Totals()
    {
        var totals = new RingTotals
        {
            TopologyMisses = Core.Shared.TopologyMisses,
            Links = Counters,
            Events = _log.Events,
            History = _log.History,
            Transferred = _log.Transferred,
        };
        foreach (LaneLinks lane in _links)
        {
            totals.Add(lane.Lane.Counters);
        }
        return totals;
    }

    /// <inheritdoc/>
    public bool TrySendControl(MemberId to, ReadOnlySpan<byte> message)
    {
        if (!_thread.IsConnected(to))
        {
            return false;
        }
        byte[] copy = message.ToArray();
        _thread.Post((_, _) => _thread.TrySend(to, LinkKind.Control, copy));
        return true;
    }

    /// <summary>A lane has settled its writes for a snapshot.</summary>
    public void Quiesced(int lane, long snapshotNumber)
    {
        _loneWrites.Await();
        _thread.Post((core, now) => core.Quiesced(lane, snapshotNumber, now));
    }

    /// <summary>Hands a snapshot to the lanes. From the cluster thread.</summary>
    public void Publish(ClusterSnapshot snapshot)
    {
        // Before any lane may have replicas to write to: what it changes from then on must be taken down. A node that
        // never met another does without.
        if (snapshot.Members.Count > 1)
        {
            TakeChangesDown();
        }
        _snapshot = snapshot;
        Node.Leases.Adopt(snapshot);
        _log.Published(snapshot);
        foreach (RingLane lane in _lanes)
        {
            lane.Post(lane => lane.Lane.Adopt(snapshot, lane.Now));
        }
    }

    /// <inheritdoc/>
    public void TakeChangesDown() => Node.Store.ChangeSink ??= _changes;

    /// <summary>Whether the node is ready now. From the cluster thread.</summary>
    public void SetReady(bool isReady)
    {
        if (isReady && !_isReady)
        {
            _isReady = true;
            _joined.TrySetResult();
        }
        _isReady = isReady;
    }

    /// <summary>Something happened in the ring. From the cluster thread.</summary>
    public void Report(ClusterEvent happened)
    {
        _log.Write(happened);
        if (happened.Kind == ClusterEventKind.LeaveDone)
        {
            _left.TrySetResult();
        }
    }

    /// <summary>Closes all data links with a member. From the cluster thread.</summary>
    public void HangupData(MemberId member)
    {
        for (int i = 0; i < _lanes.Count; i++)
        {
            LaneLinks links = _links[i];
            _lanes[i].Post(_ => links.Hangup(member));
        }
    }

    /// <summary>A lane has lost its link to a member. Any thread.</summary>
    public void DataLinkDown(MemberId member, int lane) => _thread.LinkFailed(member, LinkKind.Data, lane);

    /// <summary>Counts why a link is closed, where it is the other side's fault. Any thread.</summary>
    public void CountLost(PeerLink link)
    {
        if (link.HasBadFrames)
        {
            Interlocked.Increment(ref Counters.BadFrames);
            _log.BadFrame(link);
        }
        else if (link.Lost == DownReason.TimedOut)
        {
            Interlocked.Increment(ref Counters.Stuck);
        }
    }

    /// <inheritdoc/>
    public Hello Describe(LinkKind kind)
    {
        Member self = _snapshot.Self;
        return new Hello
        {
            MinWire = self.MinWire,
            MaxWire = self.MaxWire,
            Cluster = _cluster,
            Ring = RingVersion,
            Node = self.Id.Value,
            Boot = self.Boot.Value,
            Incarnation = self.Incarnation,
            Address = self.Address,
            Name = self.Name,
            Zone = self.Zone,
            Weight = self.Weight,
            Phase = (byte)self.Phase,
            Link = (byte)kind,
            Copies = (byte)_options.Copies,
            MaxValueBytes = Node.Options.MaxValue,
            HasSecret = Node.Secrets.Cluster.Length > 0,
            Nonce = RandomNumberGenerator.GetBytes(Hello.NonceBytes),
        };
    }

    /// <inheritdoc/>
    public void Met(MetPeer peer)
    {
        Interlocked.Increment(ref Counters.Opened);
        if (peer.Kind != LinkKind.Data)
        {
            _thread.Join(peer);
            return;
        }
        int lane = peer.Dialled is not null ? peer.Lane : (int)((uint)_nextLane++ % (uint)_lanes.Count);
        LaneLinks links = _links[lane];
        if (peer.Dialled is not null)
        {
            // Before the lane can tell that it broke.
            _thread.DataLinkUp(peer.Member.Id, lane);
        }
        _lanes[lane].Post(_ => links.Add(peer));
    }

    /// <inheritdoc/>
    public void DialFailed(DialRequest request, DownReason reason, Refusal refusal, bool isByPeer)
    {
        _log.DialFailed(request, reason, refusal, isByPeer);
        if (request.Expected is { } member)
        {
            _thread.LinkFailed(member, request.Kind, request.Lane);
        }
        else
        {
            _thread.Post((core, now) => core.DialFailed(request.Address, reason, now));
        }
    }

    /// <inheritdoc/>
    public void TurnedAway(IPEndPoint remote, Refusal why)
    {
        Interlocked.Increment(ref Counters.TurnedAway);
        _log.TurnedAway(remote, why);
    }
}

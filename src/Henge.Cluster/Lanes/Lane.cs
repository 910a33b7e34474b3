using Henge.Cluster.Lanes.Fetches;
using Henge.Cluster.Lanes.Flights;
using Henge.Cluster.Lanes.Replicas;
using Henge.Cluster.Lanes.Routes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Lanes;

/// <summary>
/// The data path of one loop: routes operations, forwards, fetches keys that have not arrived, replicates what was
/// written and releases replies when the replicas have it. It does no I/O; one thread calls it.
/// <code>
///                      +-- Here -----------------> Execute -> Replication -> Complete
/// Start -> Router -> --+-- Load -> FetchThrough -> Execute ...
///            ^         +-- Hop --> Forwards --(answer)------------------> Complete
///            |         +-- Wait -> SlotLines --+
///            +------ newer snapshot, link, answer, moment
/// </code>
/// </summary>
internal sealed class Lane
{
    private readonly ClusterOptions _options;
    private readonly ILaneHost _host;
    private readonly Neighbours _neighbours;
    private readonly Router _router;
    private readonly FlightTable _flights = new();
    private readonly SlotLines _lines = new();
    private readonly Forwards _forwards;
    private readonly Answers _answers;
    private readonly FetchThrough _fetches;
    private readonly FetchAnswers _fetchAnswers;
    private readonly Replication _replication;
    private readonly ReplicaSide _replica;
    private readonly Settling _settling;
    private readonly Carrier _carrier;

    /// <summary>Creates a lane.</summary>
    /// <param name="number">Which of the node's.</param>
    /// <param name="options">The node's parameters.</param>
    /// <param name="store">The node's entries.</param>
    /// <param name="shared">What it shares with the core.</param>
    /// <param name="snapshot">What it goes by at first.</param>
    /// <param name="host">Its surroundings.</param>
    public Lane(
        int number, ClusterOptions options, Store store, LaneShared shared, ClusterSnapshot snapshot, ILaneHost host)
    {
        _options = options;
        _host = host;
        _neighbours = new Neighbours(snapshot);
        _router = new Router(_neighbours, shared);
        _forwards = new Forwards(options, host, Counters, _neighbours, _flights, _lines);
        _answers = new Answers(host, Counters, _neighbours);
        _fetches = new FetchThrough(options, store, host, Counters, _neighbours, _flights, _lines);
        _fetchAnswers = new FetchAnswers(store, host, _neighbours);
        _replication = new Replication(options, store, shared, host, Counters, _neighbours);
        _replica = new ReplicaSide(options, store, host, Counters, _neighbours);
        _settling = new Settling(number, host, _replication);
        _carrier = new Carrier(options, shared, host, Counters, _router, _flights, _lines, _forwards, _answers,
            _fetches, _replication);
    }

    /// <summary>What it goes by.</summary>
    public ClusterSnapshot Snapshot => _neighbours.Snapshot;

    /// <summary>Counters, written by this lane alone and read by any thread.</summary>
    public LaneCounters Counters { get; } = new();

    /// <summary>
    /// Whether commands on a slot may be carried out here directly, without <see cref="Start"/>; what they write must
    /// then be given to <see cref="Commit"/> before anything of the answer is sent. O(1), asked for every command.
    /// </summary>
    public bool ServesDirectly(Slot slot, Instant now) =>
        _router.AccessOf(slot) == SlotAccess.Serve && _lines.IsFree(slot) && !_router.IsPaused(now);

    /// <summary>
    /// Whether writes have replicas to go to at all; if not, changes may be dropped and <see cref="Commit"/> left out.
    /// </summary>
    public bool Replicates => _neighbours.Replicates;

    /// <summary>
    /// Goes by a newer snapshot from now on; an older one changes nothing. Call it between turns: what commands have
    /// changed directly should be committed before.
    /// </summary>
    public void Adopt(ClusterSnapshot snapshot, Instant now)
    {
        if (snapshot.Number <= Snapshot.Number)
        {
            return;
        }
        _neighbours.Adopt(snapshot);
        _replication.Adopt();
        _fetches.Adopt();
        _forwards.Adopt(_carrier, now);
        _carrier.LookAgain();
        _settling.Begin(snapshot.Number, now);
        Work(now);
    }

    /// <summary>
    /// Carries an operation through; its <see cref="Operation.Complete"/> may be called before this returns.
    /// Operations on one key that one caller starts one after another are carried out in that order.
    /// </summary>
    public void Start(Operation operation, Instant now)
    {
        operation.Notes.Reset();
        _carrier.Start(operation, now);
    }

    /// <summary>
    /// Replicates what the host's <see cref="ILaneHost.Changes"/> has gathered and clears it; releases the hold,
    /// perhaps before this returns, when that is done.
    /// </summary>
    public void Commit(Hold hold, Instant now)
    {
        if (!_replication.Take(null, hold, 0, 0, now.MonotonicMs + _options.OperationTimeoutMs))
        {
            hold.Release(Outcome.Done);
        }
        _carrier.Drain(now);
    }

    /// <summary>
    /// A request of another node came on a data link that it dialled. False when it makes no sense: close that link.
    /// </summary>
    public bool Receive(MemberId from, long link, ReadOnlySpan<byte> message, Instant now)
    {
        var reader = new MessageReader(message);
        bool makesSense = reader.Kind() switch
        {
            MessageKind.Forward => _answers.Receive(_carrier, from, link, ref reader, now),
            MessageKind.Replicate => _replica.Receive(link, ref reader, now),
            MessageKind.Fetch => _fetchAnswers.Receive(link, ref reader, now),
            MessageKind.None => false,
            _ => true, // A newer node may say more.
        };
        return Judge(makesSense);
    }

    /// <summary>
    /// An answer came on this lane's own data link. False when it makes no sense: close that link.
    /// </summary>
    public bool ReceiveReply(MemberId from, ReadOnlySpan<byte> message, Instant now)
    {
        if (_neighbours.Find(from) is not { IsUp: true } peer)
        {
            return true; // The link is down for this lane already; its answers no longer count.
        }
        var reader = new MessageReader(message);
        bool makesSense = reader.Kind() switch
        {
            MessageKind.ForwardReply => _forwards.Receive(_carrier, peer, ref reader),
            MessageKind.ReplicateAck => _replication.ReceiveAck(peer, ref reader, now),
            MessageKind.FetchReply => _fetches.ReceiveReply(peer, ref reader, now),
            MessageKind.None => false,
            _ => true,
        };
        Work(now);
        return Judge(makesSense);
    }

    /// <summary>This lane's own data link to a member is up.</summary>
    public void LinkUp(MemberId peer, Instant now)
    {
        LinkDown(peer, now);
        _neighbours.Of(peer).IsUp = true;
        _carrier.LookAgain();
        _carrier.Drain(now);
    }

    /// <summary>It is down; what was under way on it is lost or not, nobody knows.</summary>
    public void LinkDown(MemberId peer, Instant now)
    {
        if (_neighbours.Find(peer) is not { IsUp: true } gone)
        {
            return;
        }
        gone.IsUp = false;
        _replication.LinkDown(gone);
        _fetches.LinkDown(gone);
        gone.RefusalsSeen = 0;
        _forwards.Lose(_carrier, gone);
        _carrier.Drain(now);
    }

    /// <summary>A data link that another node dialled is down: answers to it are dropped.</summary>
    public void RequesterGone(long link) => _answers.RequesterGone(link);

    /// <summary>
    /// Ends what has passed its deadline. Call it at least every 50 ms while <see cref="IsBusy"/>; every 10 ms makes
    /// what was refused try again sooner.
    /// </summary>
    public void Tick(Instant now)
    {
        _carrier.EndLate(now);
        _replication.Tick(now);
        _fetches.Tick(now);
        _carrier.LookAgainIfDue(now);
        Work(now);
    }

    /// <summary>Whether anything is under way.</summary>
    public bool IsBusy => _flights.Count > 0 || _replication.IsBusy || _fetches.IsBusy || _settling.IsBusy;

    /// <summary>
    /// Sends what was gathered for replicas and forwards of this turn. Call it once at the end of each turn of the
    /// loop.
    /// </summary>
    public void Flush(Instant now)
    {
        _carrier.LookAgainIfDue(now);
        Work(now);
        _fetches.Flush(now);
        _replication.Flush(now);
    }

    private void Work(Instant now)
    {
        _carrier.Drain(now);
        _settling.Look(now);
    }

    private bool Judge(bool makesSense)
    {
        Counters.BadMessages += makesSense ? 0 : 1;
        return makesSense;
    }
}

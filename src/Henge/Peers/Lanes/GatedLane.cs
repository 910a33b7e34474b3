using System.Collections.Concurrent;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Peers.Links;
using Henge.Peers.Polling;

namespace Henge.Peers.Lanes;

/// <summary>
/// The one lane of the portable transport: whoever holds its gate is its thread, sessions on the thread pool as well as
/// the thread that waits for its links.
/// </summary>
internal sealed class GatedLane : RingLane, IPollWork, ILinkWatch
{
    private const int MaxSleepMs = 1000;

    [ThreadStatic]
    private static GatedLane? t_polling;

    private readonly Lock _gate = new();
    private readonly RingHost _ring;
    private readonly PollThread _thread;
    private readonly PolledWatch _watch;
    private readonly LaneLinks _links;
    private readonly ConcurrentQueue<Action<RingLane>> _posted = new();
    private Instant _now;

    /// <summary>Creates the lane; nothing runs yet.</summary>
    public GatedLane(RingHost ring)
        : base(ring.Node)
    {
        _ring = ring;
        _now = ring.ReadClocks();
        _thread = new PollThread("henge lane", this, isPortable: true, ring.Node.Logger);
        _watch = new PolledWatch(_thread.Sockets);
        _links = new LaneLinks(ring, this, number: 0, this);
        ring.Add(_links, this);
    }

    /// <inheritdoc/>
    public override Lane Lane => _links.Lane;

    /// <inheritdoc/>
    public override ChangeBuffer Changes => _links.Changes;

    /// <inheritdoc/>
    public override Instant Now => _now;

    /// <summary>Starts its thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends its thread and closes its links.</summary>
    public Task StopAsync() => _thread.StopAsync();

    /// <inheritdoc/>
    public override void Enter()
    {
        _gate.Enter();
        try
        {
            _now = _ring.ReadClocks();
            for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action<RingLane>? work); left--)
            {
                // As in LoopLane: what work changes must be taken down, too.
                _links.BindChanges();
                work(this);
            }
            _links.BindChanges();
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Exit()
    {
        try
        {
            _links.EndTurn(closes: t_polling == this);
        }
        finally
        {
            NodeChanges.Bind(null);
            bool isBusy = _links.Lane.IsBusy || _links.HasLost;
            _gate.Exit();
            if (isBusy && t_polling != this)
            {
                // It must not sleep through the deadlines of what was just begun, nor over links that broke.
                _thread.Wake();
            }
        }
    }

    /// <inheritdoc/>
    public override void Post(Action<RingLane> work)
    {
        _posted.Enqueue(work);
        _thread.Wake();
    }

    /// <inheritdoc/>
    public int SleepMs()
    {
        lock (_gate)
        {
            return _posted.IsEmpty ? Math.Min(_links.SleepMs, MaxSleepMs) : 0;
        }
    }

    /// <inheritdoc/>
    public void Turn(IReadOnlyList<PollEvent> ready)
    {
        t_polling = this;
        Enter();
        try
        {
            _thread.RunPosted();
            foreach (PollEvent happened in ready)
            {
                _links.Ready(((PeerLink)happened.Owner).Id, happened.CanRead, happened.CanWrite);
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        lock (_gate)
        {
            _links.Close();
        }
    }

    /// <inheritdoc/>
    public void Add(PeerLink link) => OnThread(link, static (watch, link) => watch.Add(link));

    /// <inheritdoc/>
    public void SetWriting(PeerLink link, bool writing) =>
        OnThread(link, static (watch, link) => watch.SetWriting(link, link.IsWatchedForRoom));

    /// <inheritdoc/>
    public void Remove(PeerLink link) => _watch.Remove(link);

    /// <summary>The poll belongs to its thread; others ask it.</summary>
    private void OnThread(PeerLink link, Action<PolledWatch, PeerLink> change)
    {
        if (t_polling == this)
        {
            change(_watch, link);
            return;
        }
        _thread.Post(() =>
        {
            if (link.Lost is null)
            {
                change(_watch, link);
            }
        });
    }
}

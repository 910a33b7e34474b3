using System.Collections.Concurrent;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Peers.Links;
using Henge.Transport.Epoll;

namespace Henge.Peers.Lanes;

/// <summary>
/// The lane of an epoll loop. Its links are watched by the loop's own queue, so an operation for another node crosses
/// no thread on either side.
/// </summary>
internal sealed class LoopLane : RingLane, ILinkWatch
{
    /// <summary>Keys of links in the loop's queue begin here; connections have smaller ones.</summary>
    public const long FirstKey = 1L << 40;

    private readonly EpollQueue _queue;
    private readonly LaneLinks _links;
    private readonly ConcurrentQueue<Action<RingLane>> _posted = new();
    private Instant _now;

    /// <summary>Creates the lane of a loop.</summary>
    /// <param name="ring">The node's part in the ring.</param>
    /// <param name="number">Which lane.</param>
    /// <param name="queue">What the loop waits for.</param>
    public LoopLane(RingHost ring, int number, EpollQueue queue)
        : base(ring.Node)
    {
        _queue = queue;
        _now = ring.ReadClocks();
        _links = new LaneLinks(ring, this, number, this);
        ring.Add(_links, this);
    }

    /// <inheritdoc/>
    public override Lane Lane => _links.Lane;

    /// <inheritdoc/>
    public override ChangeBuffer Changes => _links.Changes;

    /// <inheritdoc/>
    public override Instant Now => _now;

    /// <summary>Longest sleep of the loop.</summary>
    public int SleepMs => _posted.IsEmpty ? _links.SleepMs : 0;

    /// <inheritdoc/>
    public override void Post(Action<RingLane> work)
    {
        _posted.Enqueue(work);
        _queue.Wake();
    }

    /// <summary>A turn begins: runs what others have posted.</summary>
    public void BeginTurn(Instant now)
    {
        _now = now;
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action<RingLane>? work); left--)
        {
            // Before each, not once behind them: work may carry operations out, or have the lane get its first replica.
            _links.BindChanges();
            work(this);
        }
        _links.BindChanges();
    }

    /// <summary>The socket of a link is ready.</summary>
    public void Ready(uint events, long key)
    {
        bool hasFailed = (events & (Libc.Err | Libc.Hup)) != 0;
        _links.Ready(key - FirstKey, hasFailed || (events & Libc.In) != 0, hasFailed || (events & Libc.Out) != 0);
    }

    /// <inheritdoc cref="LaneLinks.SendEarly"/>
    public void SendEarly() => _links.SendEarly();

    /// <summary>The turn ends, and what was gathered is sent.</summary>
    public void EndTurn() => _links.EndTurn(closes: true);

    /// <summary>The loop's thread ends.</summary>
    public void End()
    {
        _links.Close();
        NodeChanges.Bind(null);
    }

    /// <inheritdoc/>
    public void Add(PeerLink link) => _queue.TryControl(Libc.Add, Descriptor(link), Libc.In, FirstKey + link.Id);

    /// <inheritdoc/>
    public void SetWriting(PeerLink link, bool writing) => _queue.TryControl(
        Libc.Modify, Descriptor(link), Libc.In | (writing ? Libc.Out : 0), FirstKey + link.Id);

    /// <inheritdoc/>
    public void Remove(PeerLink link) => _queue.TryControl(Libc.Delete, Descriptor(link), 0, 0);

    private static int Descriptor(PeerLink link) => (int)link.Socket.SafeHandle.DangerousGetHandle();
}

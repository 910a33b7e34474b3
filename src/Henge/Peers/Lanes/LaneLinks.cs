using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers.Links;
using Henge.Protocol.Peers;

namespace Henge.Peers.Lanes;

/// <summary>
/// The data links of one lane: those that this lane has dialled, one to each member, on which it asks, and those that
/// others have dialled, on which it answers. For the lane's thread alone.
/// </summary>
internal sealed class LaneLinks : ILaneHost, ILinkOwner
{
    /// <summary>More bytes than this never wait on a link, but for one message that is longer by itself.</summary>
    private const int PendingBytes = 64 << 20;

    /// <summary>Bytes received at once.</summary>
    private const int ReceiveBytes = 256 << 10;

    /// <summary>Bytes of one link in one turn, about: then it is another's turn.</summary>
    private const int TurnBytes = 1 << 20;

    /// <summary>
    /// Bytes that are sent before the end of the turn, so that the other side works on them meanwhile: few enough that
    /// both are busy, many enough that system calls cost little for each message.
    /// </summary>
    private const int EarlyBytes = 16 << 10;

    /// <summary>Between two ticks of a busy lane.</summary>
    private const int TickMs = 20;

    private readonly RingHost _ring;
    private readonly RingLane _face;
    private readonly int _number;
    private readonly LinkSet _links;
    private readonly RequestHints _hints;
    private readonly Dictionary<MemberId, PeerLink> _dialled = [];
    private PeerLink? _latest;
    private long _tickMs;

    /// <summary>Creates the links of a lane, and the lane.</summary>
    /// <param name="ring">The node's part in the ring.</param>
    /// <param name="face">The lane as the rest of the node sees it.</param>
    /// <param name="number">Which of the node's.</param>
    /// <param name="watch">What watches the sockets.</param>
    public LaneLinks(RingHost ring, RingLane face, int number, ILinkWatch watch)
    {
        _ring = ring;
        _face = face;
        _number = number;
        _links = new LinkSet(watch, this, ring.Budget, ReceiveBytes);
        _hints = new RequestHints(ring.Node.Store);
        Lane = ring.CreateLane(number, this);
    }

    /// <summary>The lane.</summary>
    public Lane Lane { get; }

    /// <inheritdoc/>
    public ChangeBuffer Changes { get; } = new();

    /// <summary>Longest sleep before the lane wants a turn.</summary>
    public int SleepMs => Lane.IsBusy ? TickMs : int.MaxValue;

    /// <summary>Takes a link that was dialled for this lane, or that another node has dialled.</summary>
    public void Add(MetPeer met)
    {
        MemberId member = met.Member.Id;
        _latest = null;
        if (met.Dialled is not null && _dialled.Remove(member, out PeerLink? old))
        {
            old.IsReplaced = true;
            _links.Lose(old, DownReason.Closed);
            Lane.LinkDown(member, _face.Now);
        }
        PeerLink link = _links.Add(met);
        if (met.Dialled is not null)
        {
            _dialled.Add(member, link);
            Lane.LinkUp(member, _face.Now);
        }
    }

    /// <summary>Has what the calling thread changes taken down, where it has replicas to go to.</summary>
    public void BindChanges() => NodeChanges.Bind(Lane.Replicates ? Changes : null);

    /// <summary>Closes all links with a member.</summary>
    public void Hangup(MemberId member) => _links.LoseAll(link => link.Member.Id == member, DownReason.Closed);

    /// <summary>A socket is ready.</summary>
    public void Ready(long id, bool canRead, bool canWrite)
    {
        if (_links.TryGet(id, out PeerLink? link))
        {
            _links.Ready(link, canRead, canWrite, TurnBytes, _face.Now.MonotonicMs);
        }
    }

    /// <summary>Whether links are to be closed at the next end of a turn that may.</summary>
    public bool HasLost => _links.HasLost;

    /// <summary>
    /// Sends what has become much already. Call it where what belongs together has been added: a client waits for the
    /// whole of its pipeline, so parts of one are no use to it.
    /// </summary>
    public void SendEarly()
    {
        if (_links.HasUnsent)
        {
            _links.SendEarly(EarlyBytes, _face.Now.MonotonicMs);
        }
    }

    /// <summary>The end of a turn: does what is due, and sends what was gathered.</summary>
    /// <param name="closes">Whether this is the thread that may close links: the one that waits for them.</param>
    public void EndTurn(bool closes)
    {
        Instant now = _face.Now;
        if (now.MonotonicMs >= _tickMs && Lane.IsBusy)
        {
            _tickMs = now.MonotonicMs + TickMs;
            Lane.Tick(now);
        }
        do
        {
            Lane.Flush(now);
            _links.Send(now.MonotonicMs);
        }
        while (closes && _links.CloseLost());
        // What nobody has committed has no replica to go to.
        if (Changes.Count > 0)
        {
            Changes.Clear();
        }
    }

    /// <summary>Closes all.</summary>
    public void Close() => _links.Close();

    /// <inheritdoc/>
    public bool TrySend(MemberId to, ReadOnlySpan<byte> message)
    {
        // A pipeline of commands often goes to one member.
        if (_latest is not { } link || link.Member.Id != to)
        {
            _latest = link = _dialled.GetValueOrDefault(to);
        }
        return link is not null && _links.TrySend(link, message, PendingBytes);
    }

    /// <inheritdoc/>
    public bool TryReply(long link, ReadOnlySpan<byte> message) =>
        _links.TryGet(link, out PeerLink? found) && _links.TrySend(found, message, PendingBytes);

    /// <inheritdoc/>
    public Operation? Accept(MemberId from, ReadOnlySpan<byte> request) =>
        _ring.Node.Requests.Accept(_face, from, request);

    /// <inheritdoc/>
    public bool TryAnswer(ReadOnlySpan<byte> request, MessageWriter answer, Instant now) =>
        _face.TryAnswer(request, answer, now);

    /// <inheritdoc/>
    public void Quiesced(int lane, long snapshotNumber) => _ring.Quiesced(lane, snapshotNumber);

    /// <inheritdoc/>
    public void Receive(PeerLink link, FrameMessages messages)
    {
        if (link.Dialled is not null)
        {
            foreach (ReadOnlySpan<byte> message in messages)
            {
                if (!Lane.ReceiveReply(link.Member.Id, message, _face.Now))
                {
                    link.Lose(DownReason.Rejected);
                }
                if (link.Lost is not null)
                {
                    return;
                }
            }
            return;
        }
        _face.Commands.BeginRun();
        try
        {
            Serve(link, messages);
        }
        finally
        {
            _face.Commands.EndRun();
        }
        SendEarly();
    }

    private void Serve(PeerLink link, FrameMessages messages)
    {
        FrameMessages ahead = messages;
        int hinted = 0;
        foreach (ReadOnlySpan<byte> message in messages)
        {
            if (--hinted < 0)
            {
                hinted = _hints.Give(ref ahead) - 1;
            }
            if (!Lane.Receive(link.Member.Id, link.Id, message, _face.Now))
            {
                link.Lose(DownReason.Rejected);
            }
            if (link.Lost is not null)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Closing(PeerLink link)
    {
        _ring.CountLost(link);
        _latest = null;
        if (link.Dialled is null)
        {
            Lane.RequesterGone(link.Id);
        }
        else if (!link.IsReplaced)
        {
            _dialled.Remove(link.Member.Id);
            Lane.LinkDown(link.Member.Id, _face.Now);
            _ring.DataLinkDown(link.Member.Id, _number);
        }
    }
}

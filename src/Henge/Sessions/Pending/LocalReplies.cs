using Henge.Cluster.Lanes;
using Henge.Peers;
using Henge.Protocol;

namespace Henge.Sessions.Pending;

/// <summary>
/// Follows the replies that commands of one batch write here, and brings them into the session's order: they stay in
/// the
/// writer unless something before them waits, or one of their commands wrote what replicas must have first.
/// </summary>
internal ref struct LocalReplies
{
    [ThreadStatic]
    private static List<(int End, bool Wrote)>? t_marks;

    private readonly RespSession _session;
    private readonly RespWriter _reply;
    private readonly RingLane? _lane;
    private readonly ChangeBuffer? _changes;
    private readonly List<(int End, bool Wrote)>? _marks;
    private int _start;
    private int _heldFrom;
    private int _seen;
    private bool _confirms;

    /// <summary>Begins behind what the writer holds.</summary>
    public LocalReplies(RespSession session, RespWriter reply, RingLane? lane)
    {
        _session = session;
        _reply = reply;
        _lane = lane;
        _start = reply.Length;
        _heldFrom = -1;
        if (lane is not null)
        {
            _changes = lane.Changes;
            _seen = _changes.Count;
            _marks = t_marks ??= [];
        }
    }

    /// <summary>A command has run and replied behind <paramref name="mark"/>.</summary>
    public void Note(int mark, bool confirms)
    {
        _confirms |= confirms;
        if (_changes is null)
        {
            return;
        }
        bool wrote = _changes.Count != _seen;
        if (wrote)
        {
            _seen = _changes.Count;
            _heldFrom = _heldFrom < 0 ? mark : _heldFrom;
        }
        if (_heldFrom >= 0)
        {
            _marks!.Add((_reply.Length - _heldFrom, wrote));
        }
    }

    /// <summary>
    /// Ends the run: before a command goes elsewhere, and with the batch. What was written goes to the replicas.
    /// </summary>
    public void Close()
    {
        if (_heldFrom >= 0)
        {
            Hold();
        }
        else if (_session.HasPendingReplies && _reply.Length > _start)
        {
            Queue(_reply.Length);
            _reply.Truncate(_start);
        }
        _start = _reply.Length;
        _heldFrom = -1;
        _confirms = false;
    }

    private void Hold()
    {
        if (_lane!.Lane.Replicates)
        {
            ReplyQueue queue = _session.Replies;
            int from = Math.Min(_heldFrom, _reply.Length);
            int keep = from;
            if (!queue.IsEmpty && from > _start)
            {
                Queue(from);
                keep = _start;
            }
            HeldReplies held = HeldReplies.Of(queue.Add(), _reply.Written[from..], _marks!);
            if (_confirms)
            {
                queue.HoldPushes();
            }
            _reply.Truncate(keep);
            _lane.Lane.Commit(held, _lane.Now);
            queue.MoveReadyTo(_reply);
        }
        else
        {
            _changes!.Clear();
            if (_session.HasPendingReplies && _reply.Length > _start)
            {
                Queue(_reply.Length);
                _reply.Truncate(_start);
            }
        }
        _marks!.Clear();
        _seen = _changes!.Count;
    }

    private readonly void Queue(int until)
    {
        _session.Replies.AddReady(_reply.Written[_start..until]);
        if (_confirms)
        {
            _session.Replies.HoldPushes();
        }
    }
}

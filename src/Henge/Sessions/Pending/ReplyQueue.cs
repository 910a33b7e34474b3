using Henge.Protocol;

namespace Henge.Sessions.Pending;

/// <summary>
/// The replies of one session that cannot be sent yet, in the order of their commands: each waits for another node, for
/// replicas, or for one before it. While it is empty, and it is for every command served here without replicas, replies
/// go straight into the writer. What completes at the head is moved to the writer on the session's own thread.
/// </summary>
/// <remarks>
/// Bounded three ways: by places, by bytes, and by a window of commands under way that begins small and grows with each
/// reply, so that a client that asks for a thousand large values does not have them all sent to it at once.
/// </remarks>
internal sealed class ReplyQueue
{
    /// <summary>Most places; a session with as many takes no further command until some are free.</summary>
    public const int MaxPlaces = 1024;

    /// <summary>Places that a thread keeps to use again: what many deep pipelines wait for at once.</summary>
    private const int MaxSpare = 4096;

    /// <summary>Commands under way before the first reply has shown how large replies are.</summary>
    private const int FirstWindow = 32;

    /// <summary>Bytes of reply that may be under way, by the size of the largest recent one.</summary>
    private const int WindowBytes = 8 << 20;

    /// <summary>Bytes charged to the store at a time.</summary>
    private const int ChargeStep = 16 << 10;

    /// <summary>Replies that are there are gathered in one place up to this size.</summary>
    private const int OpenBytes = 64 << 10;

    [ThreadStatic]
    private static Stack<ReplyPlace>? t_spare;

    private readonly RespSession _session;
    private ReplyPlace[] _places = new ReplyPlace[16];
    private int _head;
    private int _count;
    private int _awaited;
    private int _barriers;
    private int _confirmations;
    private int _window = FirstWindow;
    private long _largest;
    private long _charged;

    /// <summary>The empty queue of a session.</summary>
    public ReplyQueue(RespSession session) => _session = session;

    /// <summary>Whether replies go straight to the writer.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Bytes of replies that are there and wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the session must take no further command for now.</summary>
    public bool IsFull =>
        _barriers > 0 || _awaited >= _window || _count >= MaxPlaces
        || Bytes > _session.Node.Options.Limits.OutputPauseBytes;

    /// <summary>Whether messages must wait behind the confirmation of a subscription.</summary>
    public bool HoldsPushes => _confirmations > 0;

    /// <summary>Whether the first reply is there.</summary>
    public bool IsHeadReady => _count > 0 && _places[_head].IsComplete;

    /// <summary>The place added last.</summary>
    public ReplyPlace Last => _places[(_head + _count - 1) & (_places.Length - 1)];

    /// <summary>Adds the place of a reply that is to come.</summary>
    public ReplyPlace Add(bool isBarrier = false)
    {
        ReplyPlace place = Take();
        place.Expect(this);
        place.IsBarrier = isBarrier;
        _awaited++;
        _barriers += isBarrier ? 1 : 0;
        return place;
    }

    /// <summary>Adds replies that are there, behind those that are not.</summary>
    public void AddReady(ReadOnlySpan<byte> replies)
    {
        if (_count > 0 && Last is { IsOpen: true, HoldsPushes: false, Length: < OpenBytes } last)
        {
            last.Append(replies);
        }
        else
        {
            Take().Fill(replies);
        }
        Count(replies.Length);
    }

    /// <summary>Says that the place added last confirms a subscription.</summary>
    public void HoldPushes()
    {
        if (!Last.HoldsPushes)
        {
            Last.HoldsPushes = true;
            _confirmations++;
        }
    }

    /// <summary>Moves the replies that are there, up to the first that is not.</summary>
    public void MoveReadyTo(RespWriter writer)
    {
        while (IsHeadReady)
        {
            ReplyPlace place = _places[_head];
            _places[_head] = null!;
            _head = (_head + 1) & (_places.Length - 1);
            _count--;
            Count(-place.Length);
            if (!place.IsSilent)
            {
                writer.Raw(place.Bytes);
            }
            if (place.HoldsPushes && --_confirmations == 0)
            {
                _session.Connection.TakePushed(writer);
            }
            place.Reset();
            if (Spare.Count < MaxSpare)
            {
                Spare.Push(place);
            }
        }
    }

    /// <summary>A place has its reply.</summary>
    public void Completed(ReplyPlace place)
    {
        _awaited--;
        _barriers -= place.IsBarrier ? 1 : 0;
        _largest = Math.Max(place.Length, _largest - (_largest >> 4));
        _window = (int)Math.Clamp(WindowBytes / (_largest + 1), 1, Math.Min(MaxPlaces, _window + 1));
        Count(place.Length);
        _session.ReplyCompleted();
    }

    /// <summary>The session is gone.</summary>
    public void Abandon()
    {
        for (; _count > 0; _count--)
        {
            _places[_head].Abandon();
            _head = (_head + 1) & (_places.Length - 1);
        }
        _awaited = 0;
        _barriers = 0;
        _confirmations = 0;
        Count(-Bytes);
    }

    private static Stack<ReplyPlace> Spare => t_spare ??= new Stack<ReplyPlace>(64);

    private ReplyPlace Take()
    {
        if (_count == _places.Length)
        {
            var larger = new ReplyPlace[2 * _count];
            for (int i = 0; i < _count; i++)
            {
                larger[i] = _places[(_head + i) & (_count - 1)];
            }
            _places = larger;
            _head = 0;
        }
        ReplyPlace place = Spare.TryPop(out ReplyPlace? spare) ? spare : new ReplyPlace();
        _places[(_head + _count++) & (_places.Length - 1)] = place;
        return place;
    }

    private void Count(long bytes)
    {
        Bytes += bytes;
        long charge = Bytes / ChargeStep * ChargeStep;
        if (charge != _charged)
        {
            _session.Node.Store.Charge(charge - _charged);
            _charged = charge;
        }
    }
}

using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>
/// The sending side of slot transfers. Pulls that wait when a walk over the store begins share it; later ones wait for
/// the next walk, of which a few may be under way. A bounded piece of work is done per call, and a bounded number of
/// chunks is under way to a member, so control messages and other members never wait behind a transfer.
/// </summary>
internal sealed class Pusher
{
    /// <summary>Work of one call, in bytes.</summary>
    public const int WorkPerTick = 256 << 10;

    /// <summary>Most walks at once.</summary>
    public const int MaxWalks = 3;

    /// <summary>Most pulls of one member.</summary>
    public const int MaxPullsOfMember = 256;

    private const int AliveMs = 1000;
    private const int StuckMs = 15_000;
    private const int FullLinkMs = 2;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly List<OutgoingPull> _pulls = [];
    private readonly List<OutgoingPull> _waiting = [];
    private readonly List<PushWalk> _walks = [];
    private readonly Stack<MessageWriter> _spare = new();
    private readonly MessageWriter _writer = new();
    private int _turn;

    /// <summary>Creates a pusher with nothing to push.</summary>
    public Pusher(ClusterOptions options, Store store, IClusterHost host) =>
        (_options, _store, _host) = (options, store, host);

    /// <summary>The pulls under way.</summary>
    public IReadOnlyList<OutgoingPull> Pulls => _pulls;

    /// <summary>
    /// A member asks for slots; none calls the pull off. A slot goes to a member once: a later pull of it counts, an
    /// earlier one does not. False when the message makes no sense.
    /// </summary>
    /// <param name="from">Who asks.</param>
    /// <param name="reader">What.</param>
    /// <param name="holds">Whether this node has anything of a slot to give.</param>
    /// <param name="now">Now.</param>
    public bool ReceivePull(MemberId from, ref MessageReader reader, Predicate<int> holds, Instant now)
    {
        uint id = reader.UInt32();
        ulong since = reader.UInt64();
        SlotSet slots = SlotSetCodec.Read(ref reader);
        if (!reader.IsDone || id == 0 || _pulls.Count(pull => pull.Puller == from) >= MaxPullsOfMember)
        {
            return false;
        }
        Supersede(from, id, slots);
        if (slots.Count == 0)
        {
            return true;
        }
        bool isHeld = true;
        for (int slot = slots.Next(0); slot >= 0 && isHeld; slot = slots.Next(slot + 1))
        {
            isHeld = holds(slot);
        }
        if (!isHeld)
        {
            SendDone(from, id, 0, isRefused: true);
            return true;
        }
        var pull = new OutgoingPull(from, id, since, slots, _options.ChunkBytes, _spare) { MovedMs = now.MonotonicMs };
        _pulls.Add(pull);
        _waiting.Add(pull);
        return true;
    }

    /// <summary>A member has merged chunks up to a number. False when the message makes no sense.</summary>
    public bool ReceiveAck(MemberId from, ref MessageReader reader, Instant now)
    {
        uint id = reader.UInt32();
        uint number = reader.UInt32();
        if (!reader.IsDone)
        {
            return false;
        }
        OutgoingPull? acknowledged = _pulls.Find(pull => pull.Puller == from && pull.Id == id);
        if (acknowledged is not null && number < acknowledged.Sent && number + 1 > acknowledged.Acknowledged)
        {
            acknowledged.Acknowledged = number + 1;
            // Its other pulls wait for the same link, which moves.
            foreach (OutgoingPull pull in _pulls)
            {
                pull.MovedMs = pull.Puller == from ? now.MonotonicMs : pull.MovedMs;
            }
        }
        return true;
    }

    /// <summary>The bulk link with a member is down; it asks again.</summary>
    public void LinkDown(MemberId peer) => RemoveWhere(pull => pull.Puller == peer);

    /// <summary>Does a piece of work; returns when it wants to be called again.</summary>
    public long Tick(Instant now)
    {
        if (_pulls.Count == 0)
        {
            return long.MaxValue;
        }
        if (_waiting.Count > 0 && _walks.Count < MaxWalks)
        {
            List<OutgoingPull> together = _waiting.GetRange(0, Math.Min(PushWalk.MaxPulls, _waiting.Count));
            _waiting.RemoveRange(0, together.Count);
            _walks.Add(new PushWalk(_store, together));
        }
        int left = WorkPerTick;
        bool isMoving = true;
        bool isLinkFull = false;
        while (left > 0 && isMoving)
        {
            isMoving = Walk(ref left, now);
            isMoving |= Send(ref left, ref isLinkFull, now);
        }
        RemoveWhere(pull => now.MonotonicMs - pull.MovedMs > StuckMs);
        if (left <= 0)
        {
            return now.MonotonicMs;
        }
        return now.MonotonicMs + (isLinkFull ? FullLinkMs : AliveMs);
    }

    // One step of one walk, in turn, so that a long walk does not keep the others waiting.
    private bool Walk(ref int left, Instant now)
    {
        for (int tries = 0; tries < _walks.Count; tries++)
        {
            PushWalk walk = _walks[_turn++ % _walks.Count];
            if (walk.IsHeldUp)
            {
                continue;
            }
            left -= walk.Step(
                _options.ChunkBytes, now.UnixMs, (_options.Bugs & PlantedBugs.RelativeExpiry) != 0);
            if (walk.IsDone)
            {
                walk.Finish();
                walk.Dispose();
                _walks.Remove(walk);
            }
            return true;
        }
        return false;
    }

    private bool Send(ref int left, ref bool isLinkFull, Instant now)
    {
        bool hasSent = false;
        for (int i = 0; i < _pulls.Count; i++)
        {
            OutgoingPull pull = _pulls[i];
            while (left > 0 && pull.HasReady && UnderWayTo(pull.Puller) < _options.ChunkWindow)
            {
                ReadOnlySpan<byte> chunk = pull.Peek();
                if (!_host.TrySend(pull.Puller, LinkKind.Bulk, chunk))
                {
                    isLinkFull = true;
                    break;
                }
                left -= chunk.Length;
                pull.Next(2 * _options.ChunkBytes);
                pull.MovedMs = now.MonotonicMs;
                hasSent = true;
            }
            if (pull.IsGathered && !pull.HasReady)
            {
                if (SendDone(pull.Puller, pull.Id, pull.Sent, isRefused: false))
                {
                    _pulls.RemoveAt(i--);
                }
                else
                {
                    isLinkFull = true;
                }
            }
            else if (!pull.HasReady && now.MonotonicMs - pull.MovedMs >= AliveMs)
            {
                SayAlive(pull, now);
            }
        }
        return hasSent;
    }

    private void SayAlive(OutgoingPull pull, Instant now)
    {
        _writer.Begin(MessageKind.Chunk);
        _writer.UInt32(pull.Id);
        _writer.UInt32(pull.Sent);
        _writer.Byte(pull.Progress);
        if (_host.TrySend(pull.Puller, LinkKind.Bulk, _writer.Written))
        {
            pull.CountEmpty();
            pull.MovedMs = now.MonotonicMs;
        }
    }

    private int UnderWayTo(MemberId puller)
    {
        uint count = 0;
        foreach (OutgoingPull pull in _pulls)
        {
            count += pull.Puller == puller ? pull.Sent - pull.Acknowledged : 0;
        }
        return (int)count;
    }

    private void Supersede(MemberId from, uint id, SlotSet slots)
    {
        foreach (OutgoingPull pull in _pulls)
        {
            if (pull.Puller == from)
            {
                for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
                {
                    pull.Slots.Remove(slot);
                }
            }
        }
        RemoveWhere(pull => pull.Puller == from && (pull.Id == id || pull.Slots.Count == 0));
    }

    private void RemoveWhere(Predicate<OutgoingPull> isOver)
    {
        for (int i = _pulls.Count - 1; i >= 0; i--)
        {
            OutgoingPull pull = _pulls[i];
            if (!isOver(pull))
            {
                continue;
            }
            _pulls.RemoveAt(i);
            _waiting.Remove(pull);
            foreach (PushWalk walk in _walks)
            {
                walk.Remove(pull);
            }
        }
        for (int i = _walks.Count - 1; i >= 0; i--)
        {
            if (_walks[i].IsDeserted)
            {
                _walks[i].Dispose();
                _walks.RemoveAt(i);
            }
        }
    }

    private bool SendDone(MemberId to, uint id, uint chunks, bool isRefused)
    {
        _writer.Begin(MessageKind.PullDone);
        _writer.UInt32(id);
        _writer.UInt32(chunks);
        _writer.Byte(isRefused ? (byte)1 : (byte)0);
        return _host.TrySend(to, LinkKind.Bulk, _writer.Written);
    }
}

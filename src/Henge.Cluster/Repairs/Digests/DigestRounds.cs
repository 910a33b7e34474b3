using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Repairs.Keys;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Digests;

/// <summary>
/// The owner's side of comparing slots: which are due, one round at a time. A round sums up the slots, sends each
/// replica the sums of those it has too, gathers which differ, and lets an exchange of keys mend them. What differed is
/// looked at again until a round finds it alike, or some rounds did not help: then something keeps changing, or was
/// evicted.
/// </summary>
internal sealed class DigestRounds
{
    private const int AgainMs = 1000;
    private const int MaxTries = 6;
    private const int PatienceMs = 15_000;
    private const int ExpirySlackMs = 20_000;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly Handoff _handoff;
    private readonly KeyExchange _exchange;
    private readonly SortedSet<MemberId> _awaited = [];
    private readonly MessageWriter _writer = new();
    private readonly SlotSet _due = new();
    private SlotSet _differing = new();
    private DigestRequest? _current;
    private bool _isSummed;
    private uint _round;
    private int _tries;
    private long _nextMs;
    private long _giveUpMs;
    private long _allDueMs;

    /// <summary>Creates rounds with nothing due.</summary>
    public DigestRounds(
        ClusterOptions options, Store store, IClusterHost host, Handoff handoff, KeyExchange exchange) =>
        (_options, _store, _host, _handoff, _exchange) = (options, store, host, handoff, exchange);

    /// <summary>A new view: every slot that this node owns is due once its copies have it.</summary>
    public void Begin(Instant now)
    {
        EndRound();
        _tries = 0;
        AllDue(now);
        _nextMs = now.MonotonicMs + AgainMs;
    }

    /// <summary>A slot is due: a copy may have missed something.</summary>
    public void Doubt(Slot slot, Instant now)
    {
        if (_handoff.Duties[slot.Number].Role == SlotRole.Owner && _due.Add(slot.Number))
        {
            _nextMs = Math.Min(_nextMs, now.MonotonicMs + AgainMs);
            _tries = 0;
        }
    }

    /// <summary>
    /// Begins a round when one is due, ends one that is over; returns what it wants to have summed up, if anything.
    /// </summary>
    public DigestRequest? Tick(Instant now)
    {
        if (now.MonotonicMs >= _allDueMs)
        {
            AllDue(now);
        }
        if (_current is null)
        {
            return now.MonotonicMs >= _nextMs ? TryBegin(now) : null;
        }
        if (now.MonotonicMs >= _giveUpMs)
        {
            foreach (MemberId member in _awaited)
            {
                _exchange.Forget(member);
            }
            PutBack(_current.Slots);
            Finish(now);
        }
        else if (_isSummed && _awaited.Count == 0 && _exchange.IsIdle)
        {
            Finish(now);
        }
        return null;
    }

    /// <summary>The sums are there: the replicas get them.</summary>
    public void Summed(DigestRequest request, Instant now)
    {
        if (request != _current)
        {
            return;
        }
        _isSummed = true;
        RingView view = _handoff.View;
        for (int place = 0; place < view.Members.Count; place++)
        {
            if (view.Members[place].Id is var replica && place != view.PlaceOf(_handoff.SelfId)
                && WriteSums(request, view, place) > 0)
            {
                if (_host.TrySend(replica, LinkKind.Control, _writer.Written))
                {
                    _awaited.Add(replica);
                }
                else
                {
                    PutBack(request.Slots);
                }
            }
        }
        _giveUpMs = now.MonotonicMs + PatienceMs;
    }

    /// <summary>A replica says which slots differ. False when the message makes no sense.</summary>
    public bool ReceiveDifferences(MemberId from, ref MessageReader reader, Instant now)
    {
        var view = new ViewId(reader.UInt64());
        uint round = reader.UInt32();
        SlotSet slots = SlotSetCodec.Read(ref reader);
        if (!reader.IsDone)
        {
            return false;
        }
        if (_current is null || view != _handoff.View.Id || round != _current.Round || !_awaited.Remove(from))
        {
            return true;
        }
        for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
        {
            if (!_current.Slots.Contains(slot))
            {
                return false;
            }
            _differing.Add(slot);
        }
        if (slots.Count > 0)
        {
            _exchange.Add(from, slots);
        }
        _giveUpMs = now.MonotonicMs + PatienceMs;
        return true;
    }

    /// <summary>
    /// A link with a member is down: its slots are due again, and what was tried so far says nothing.
    /// </summary>
    public void Forget(MemberId member)
    {
        _tries = 0;
        if (_current is not null && (_awaited.Remove(member) || !_exchange.IsIdle))
        {
            PutBack(_current.Slots);
        }
    }

    /// <summary>The exchange goes on, so the round does.</summary>
    public void KeepAlive(Instant now) => _giveUpMs = Math.Max(_giveUpMs, now.MonotonicMs + PatienceMs);

    private void AllDue(Instant now)
    {
        _due.Clear();
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (_handoff.Duties[slot].Role == SlotRole.Owner && _handoff.View.CopiesOf(new Slot(slot)).Length > 1)
            {
                _due.Add(slot);
            }
        }
        _allDueMs = now.MonotonicMs + _options.RepairIntervalMs;
    }

    // Slots wait until all their copies have all of them: before that, differences mean nothing.
    private DigestRequest? TryBegin(Instant now)
    {
        var request = new DigestRequest
        {
            Owner = null,
            Round = ++_round,
            MaxVersion = _store.Clock(now.UnixMs),
            MinExpiryMs = now.UnixMs + ExpirySlackMs,
        };
        for (int slot = _due.Next(0); slot >= 0; slot = _due.Next(slot + 1))
        {
            if (_handoff.IsSettledEverywhere(slot))
            {
                request.Slots.Add(slot);
                _due.Remove(slot);
            }
        }
        _nextMs = now.MonotonicMs + AgainMs;
        if (request.Slots.Count == 0)
        {
            return null;
        }
        _current = request;
        _isSummed = false;
        _giveUpMs = long.MaxValue;
        return request;
    }

    private int WriteSums(DigestRequest request, RingView view, int place)
    {
        _writer.Begin(MessageKind.Digests);
        _writer.UInt64(view.Id.Value);
        _writer.UInt32(request.Round);
        _writer.UInt64(request.MaxVersion);
        _writer.Int64(request.MinExpiryMs);
        int at = _writer.Reserve();
        int count = 0;
        SlotSet slots = request.Slots;
        for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
        {
            if (view.CopiesOf(new Slot(slot)).Contains((ushort)place))
            {
                _writer.UInt16((ushort)slot);
                _writer.UInt64(request.Sums[slot]);
                count++;
            }
        }
        _writer.Patch(at, (uint)count);
        return count;
    }

    private void PutBack(SlotSet slots)
    {
        for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
        {
            _due.Add(slot);
        }
    }

    private void Finish(Instant now)
    {
        bool hasHelped = _differing.Count > 0;
        if (hasHelped && ++_tries < MaxTries)
        {
            PutBack(_differing);
        }
        else if (!hasHelped)
        {
            _tries = 0;
        }
        EndRound();
        _nextMs = now.MonotonicMs + AgainMs;
    }

    private void EndRound()
    {
        _current = null;
        _differing = new SlotSet();
        _awaited.Clear();
        _exchange.Clear();
    }
}

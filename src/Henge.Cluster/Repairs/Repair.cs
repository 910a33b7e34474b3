using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Repairs.Digests;
using Henge.Cluster.Repairs.Keys;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>
/// Finds and mends differences between copies. The owner sends sums of its slots; a replica sums up the same and
/// answers which differ; for those the owner lists keys and versions, and each side sends what it has newer. Nothing is
/// lost when a message or a link is: the next round finds what is left. All work is done in pieces of about a
/// millisecond, with pauses between, since whoever serves needs the processor too.
/// </summary>
internal sealed class Repair
{
    private const int EntriesPerStep = 2048;
    private const int PauseMs = 2;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly Membership _membership;
    private readonly Handoff _handoff;
    private readonly LaneShared _shared;
    private readonly Shipper _shipper;
    private readonly KeyExchange _exchange;
    private readonly DigestRounds _rounds;
    private readonly List<DigestRequest> _requests = [];
    private readonly SortedDictionary<MemberId, KeyComparison> _comparisons = [];
    private readonly List<Slot> _doubted = [];
    private readonly MessageWriter _writer = new();
    private DigestScan? _scan;
    private ViewId _view;
    private long _reported;
    private long _reportMs;
    private long _nextMs;

    /// <summary>Creates the repair of a node.</summary>
    public Repair(
        ClusterOptions options, Store store, IClusterHost host, Membership membership, Handoff handoff,
        LaneShared shared)
    {
        (_options, _store, _host, _membership) = (options, store, host, membership);
        (_handoff, _shared) = (handoff, shared);
        _shipper = new Shipper(options, store, host);
        _exchange = new KeyExchange(options, store, _shipper);
        _rounds = new DigestRounds(options, store, host, handoff, _exchange);
    }

    /// <summary>Differences mended here since the start.</summary>
    public long Repaired { get; private set; }

    /// <summary>Does what is due; returns when there is something to do next.</summary>
    public long Tick(Instant now)
    {
        if (_view != _handoff.View.Id)
        {
            Begin(now);
        }
        if (_shared.HasDoubtful)
        {
            TakeDoubts(now);
        }
        if (now.MonotonicMs < _nextMs)
        {
            return Math.Min(_nextMs, _shipper.Tick(now));
        }
        _nextMs = now.MonotonicMs + PauseMs;
        if (_rounds.Tick(now) is { } request)
        {
            _requests.Add(request);
        }
        bool isBusy = Scan(now) | Compare(now);
        bool isFull = IsFull();
        if (!_exchange.IsIdle)
        {
            _exchange.Tick(_view, isFull, now);
            _rounds.KeepAlive(now);
            isBusy = true;
        }
        ReportRepaired(now);
        long next = _shipper.Tick(now);
        return Math.Min(next, isBusy ? _nextMs : long.MaxValue);
    }

    /// <summary>A link with a member is down: what was under way with it is left to the next round.</summary>
    public void LinkDown(MemberId peer)
    {
        _rounds.Forget(peer);
        _exchange.Forget(peer);
        _shipper.Forget(peer);
        _comparisons.Remove(peer);
    }

    /// <summary>An owner sends sums. False when the message makes no sense.</summary>
    public bool ReceiveDigests(MemberId from, ref MessageReader reader)
    {
        var view = new ViewId(reader.UInt64());
        var request = new DigestRequest
        {
            Owner = from,
            Round = reader.UInt32(),
            MaxVersion = reader.UInt64(),
            MinExpiryMs = reader.Int64(),
            Theirs = new ulong[Slot.Count],
        };
        uint count = reader.UInt32();
        if (count > Slot.Count)
        {
            return false;
        }
        bool isMine = view == _handoff.View.Id;
        for (uint i = 0; i < count && !reader.Failed; i++)
        {
            int slot = reader.UInt16();
            ulong sum = reader.UInt64();
            if (slot >= Slot.Count)
            {
                return false;
            }
            if (isMine && IsReplicaOf(from, slot))
            {
                request.Theirs[slot] = sum;
                request.Slots.Add(slot);
            }
        }
        if (!reader.IsDone)
        {
            return false;
        }
        if (isMine)
        {
            _requests.RemoveAll(other => other.Owner == from);
            _requests.Add(request);
            _nextMs = 0;
        }
        return true;
    }

    /// <summary>A replica says which slots differ. False when the message makes no sense.</summary>
    public bool ReceiveDifferences(MemberId from, ref MessageReader reader, Instant now)
    {
        _nextMs = 0;
        return _rounds.ReceiveDifferences(from, ref reader, now);
    }

    /// <summary>An owner lists keys. False when the message makes no sense.</summary>
    public bool ReceiveKeys(MemberId from, ref MessageReader reader)
    {
        var view = new ViewId(reader.UInt64());
        uint batch = reader.UInt32();
        uint number = reader.UInt32();
        byte flags = reader.Byte();
        KeyScope scope = KeyScope.Read(ref reader);
        if (reader.Failed)
        {
            return false;
        }
        if (view != _handoff.View.Id)
        {
            return true;
        }
        for (int slot = scope.Slots.Next(0); slot >= 0; slot = scope.Slots.Next(slot + 1))
        {
            if (!IsReplicaOf(from, slot))
            {
                return true;
            }
        }
        if (number == 0)
        {
            _comparisons[from] = new KeyComparison(batch, scope);
        }
        if (!_comparisons.TryGetValue(from, out KeyComparison? comparison) || comparison.Batch != batch
            || comparison.NextMessage != number)
        {
            _comparisons.Remove(from);
            return true;
        }
        if (!comparison.Take(flags, ref reader))
        {
            _comparisons.Remove(from);
            return false;
        }
        _nextMs = 0;
        return true;
    }

    /// <summary>A replica wants keys. False when the message makes no sense.</summary>
    public bool ReceiveWants(MemberId from, ref MessageReader reader, Instant now)
    {
        _nextMs = 0;
        return _exchange.ReceiveWants(from, _handoff.View.Id, ref reader, now);
    }

    /// <summary>Records that another copy has newer came. False when the message makes no sense.</summary>
    public bool ReceiveChunk(ref MessageReader reader, Instant now)
    {
        while (reader.Left > 0)
        {
            EntryRecord record = RecordCodec.Read(ref reader);
            if (reader.Failed)
            {
                return false;
            }
            if (_handoff.Duties[Slot.Of(record.Key).Number].Role != SlotRole.None
                && _store.Merge(in record, checksFloor: true, now.UnixMs) == MergeResult.Applied)
            {
                Repaired++;
            }
        }
        return true;
    }

    private void Begin(Instant now)
    {
        _view = _handoff.View.Id;
        _requests.Clear();
        _scan = null;
        _comparisons.Clear();
        _shipper.Clear();
        _rounds.Begin(now);
    }

    private void TakeDoubts(Instant now)
    {
        _doubted.Clear();
        _shared.TakeDoubtful(_doubted);
        foreach (Slot slot in _doubted)
        {
            _rounds.Doubt(slot, now);
        }
    }

    private bool IsReplicaOf(MemberId owner, int slot)
    {
        ref readonly SlotDuty duty = ref _handoff.Duties[slot];
        ReadOnlySpan<ushort> copies = _handoff.View.CopiesOf(new Slot(slot));
        return duty is { Role: SlotRole.Replica, IsSettled: true } && _handoff.View.Members[copies[0]].Id == owner;
    }

    private bool Scan(Instant now)
    {
        if (_scan is null)
        {
            if (_requests.Count == 0)
            {
                return false;
            }
            _scan = new DigestScan([.. _requests]);
            _requests.Clear();
        }
        if (!_scan.Step(_store, EntriesPerStep, now.UnixMs))
        {
            return true;
        }
        foreach (DigestRequest request in _scan.Requests)
        {
            if (request.Owner is { } owner)
            {
                Answer(owner, request);
            }
            else
            {
                _rounds.Summed(request, now);
            }
        }
        _scan = null;
        return true;
    }

    private void Answer(MemberId owner, DigestRequest request)
    {
        var differing = new SlotSet();
        for (int slot = request.Slots.Next(0); slot >= 0; slot = request.Slots.Next(slot + 1))
        {
            if (request.Sums[slot] != request.Theirs![slot])
            {
                differing.Add(slot);
            }
        }
        _writer.Begin(MessageKind.Differences);
        _writer.UInt64(_view.Value);
        _writer.UInt32(request.Round);
        SlotSetCodec.Write(_writer, differing);
        _host.TrySend(owner, LinkKind.Control, _writer.Written);
    }

    private bool Compare(Instant now)
    {
        foreach ((MemberId owner, KeyComparison comparison) in _comparisons)
        {
            if (!comparison.IsListed)
            {
                continue;
            }
            if (comparison.Step(_store, EntriesPerStep, IsFull(), now.UnixMs))
            {
                _comparisons.Remove(owner);
                Reply(owner, comparison);
            }
            return true;
        }
        return false;
    }

    private void Reply(MemberId owner, KeyComparison comparison)
    {
        MessageWriter message = BeginWants(comparison.Batch);
        foreach (byte[] key in comparison.Wants)
        {
            if (message.Length + key.Length > _options.ChunkBytes)
            {
                _shipper.Send(owner, message);
                message = BeginWants(comparison.Batch);
            }
            message.Bytes(key);
        }
        message.PatchByte(1 + sizeof(ulong) + sizeof(uint), 1);
        _shipper.Send(owner, message);
        _shipper.Ship(owner, comparison.Gives);
    }

    private MessageWriter BeginWants(uint batch)
    {
        var message = new MessageWriter();
        message.Begin(MessageKind.WantKeys);
        message.UInt64(_view.Value);
        message.UInt32(batch);
        message.Byte(0);
        return message;
    }

    // Above this mark a node may have evicted what it lacks.
    private bool IsFull()
    {
        StoreStatistics statistics = _store.GetStatistics();
        return statistics.UsedBytes > statistics.LimitBytes / 10 * 9
            || (_store.MaxEntries > 0 && statistics.Entries > _store.MaxEntries / 10 * 9);
    }

    private void ReportRepaired(Instant now)
    {
        if (Repaired > _reported && now.MonotonicMs >= _reportMs)
        {
            _reportMs = now.MonotonicMs + 1000;
            _host.Report(new ClusterEvent(ClusterEventKind.Repaired, _membership.Self, "", Repaired - _reported));
            _reported = Repaired;
        }
    }
}

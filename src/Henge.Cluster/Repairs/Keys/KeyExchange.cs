using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>
/// The owner's side of comparing keys: takes slots that differ with a replica, a bounded number of keys at a time,
/// lists what is here, and sends what the replica then wants; what it gives comes as chunks. One batch at a time.
/// </summary>
internal sealed class KeyExchange
{
    private const int KeysPerBatch = 20_000;
    private const long BytesPerBatch = 8 << 20;
    private const int EntriesPerStep = 2048;
    private const int SilenceMs = 10_000;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly Shipper _shipper;
    private readonly SortedDictionary<MemberId, SlotSet> _differing = [];
    private MemberId _with;
    private KeyScope _scope;
    private KeyListing? _listing;
    private ulong _cursor;
    private uint _batch;
    private long _silentAtMs;
    private bool _isWaiting;
    private bool _continues;

    /// <summary>Creates an exchange with nothing to compare.</summary>
    public KeyExchange(ClusterOptions options, Store store, Shipper shipper) =>
        (_options, _store, _shipper) = (options, store, shipper);

    /// <summary>Whether nothing is left to compare.</summary>
    public bool IsIdle => _listing is null && !_isWaiting && _differing.Count == 0;

    /// <summary>Slots of a replica differ.</summary>
    public void Add(MemberId replica, SlotSet slots) => _differing[replica] = slots;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _differing.Clear();
        End();
    }

    /// <summary>A replica cannot be reached: it is compared again in a later round.</summary>
    public void Forget(MemberId replica)
    {
        _differing.Remove(replica);
        if (_with == replica)
        {
            End();
        }
    }

    /// <summary>Goes on; returns when it wants to be called again.</summary>
    public long Tick(ViewId view, bool isFull, Instant now)
    {
        if (_isWaiting)
        {
            if (_shipper.IsBusyWith(_with))
            {
                _silentAtMs = now.MonotonicMs + SilenceMs;
            }
            else if (now.MonotonicMs >= _silentAtMs)
            {
                Forget(_with);
            }
            return _silentAtMs;
        }
        if (_listing is null)
        {
            if (_differing.Count == 0)
            {
                _continues = false;
                return long.MaxValue;
            }
            if (_continues)
            {
                _continues = false;
                Begin(_scope, view, isFull);
            }
            else
            {
                Begin(view, isFull);
            }
        }
        Step(view, isFull, now);
        return now.MonotonicMs + 1;
    }

    /// <summary>A replica wants keys; its last message of a batch ends it. False when it makes no sense.</summary>
    public bool ReceiveWants(MemberId from, ViewId view, ref MessageReader reader, Instant now)
    {
        var theirs = new ViewId(reader.UInt64());
        uint batch = reader.UInt32();
        bool isLast = reader.Byte() != 0;
        var keys = new List<byte[]>();
        while (reader.Left > 0)
        {
            keys.Add(reader.Bytes().ToArray());
        }
        if (reader.Failed)
        {
            return false;
        }
        if (theirs != view || batch != _batch || from != _with || !_isWaiting)
        {
            return true;
        }
        _shipper.Ship(from, keys);
        _silentAtMs = now.MonotonicMs + SilenceMs;
        if (isLast)
        {
            Advance();
        }
        return true;
    }

    // As many slots as make a batch; a slot of very many keys alone, and in parts.
    private void Begin(ViewId view, bool isFull)
    {
        (MemberId replica, SlotSet left) = _differing.First();
        var slots = new SlotSet();
        long keys = 0;
        for (int slot = left.Next(0); slot >= 0; slot = left.Next(slot + 1))
        {
            int count = _store.CountInSlot(slot);
            if (slots.Count > 0 && keys + count > KeysPerBatch)
            {
                break;
            }
            keys += count;
            slots.Add(slot);
        }
        _with = replica;
        Begin(new KeyScope(slots, 0, (int)Math.Clamp(1 + keys / KeysPerBatch, 1, KeyScope.MaxParts)), view, isFull);
    }

    private void Begin(KeyScope scope, ViewId view, bool isFull)
    {
        _scope = scope;
        _cursor = 0;
        _listing = new KeyListing(view, ++_batch, scope, isFull, _options.ChunkBytes);
    }

    private void Step(ViewId view, bool isFull, Instant now)
    {
        var lister = new KeyLister(
            _scope, _listing!, (_options.Bugs & PlantedBugs.RepairIgnoresTombstones) != 0);
        _cursor = _store.ScanRecords(_cursor, EntriesPerStep, now.UnixMs, ref lister);
        if (_listing!.Bytes > BytesPerBatch && _scope.Parts * 4 <= KeyScope.MaxParts)
        {
            Begin(new KeyScope(_scope.Slots, _scope.Part, _scope.Parts * 4), view, isFull);
            return;
        }
        if (_cursor != 0)
        {
            return;
        }
        _listing.End();
        foreach (MessageWriter message in _listing.Messages)
        {
            _shipper.Send(_with, message);
        }
        _listing = null;
        _isWaiting = true;
        _silentAtMs = now.MonotonicMs + SilenceMs;
    }

    // The next part of the same slots, or the next slots.
    private void Advance()
    {
        _isWaiting = false;
        if (!_differing.TryGetValue(_with, out SlotSet? left))
        {
            return;
        }
        if (_scope.Part + 1 < _scope.Parts)
        {
            _scope = _scope with { Part = _scope.Part + 1 };
            _continues = true;
            return;
        }
        for (int slot = _scope.Slots.Next(0); slot >= 0; slot = _scope.Slots.Next(slot + 1))
        {
            left.Remove(slot);
        }
        if (left.Count == 0)
        {
            _differing.Remove(_with);
        }
    }

    private void End() => (_listing, _isWaiting, _continues) = (null, false, false);
}

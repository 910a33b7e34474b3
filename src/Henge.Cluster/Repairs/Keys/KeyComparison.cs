using Henge.Cluster.Messages;
using Henge.Cluster.Repairs.Digests;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>
/// The replica's side of comparing keys: takes the owner's listing, then looks at what is here, and finds which keys to
/// give and which to want. What the other lacks is not pushed into a node that is nearly full: it may have evicted it.
/// </summary>
internal sealed class KeyComparison
{
    /// <summary>Most bytes of a listing.</summary>
    public const long MaxBytes = 64 << 20;

    private readonly List<KeyNote> _notes = [];
    private readonly Dictionary<ulong, int> _byKey = [];
    private long _bytes;
    private ulong _cursor;

    /// <summary>Begins one for a listing.</summary>
    public KeyComparison(uint batch, KeyScope scope) => (Batch, Scope) = (batch, scope);

    /// <summary>The owner's number for it.</summary>
    public uint Batch { get; }

    /// <summary>The keys in question.</summary>
    public KeyScope Scope { get; }

    /// <summary>The next message of the listing.</summary>
    public uint NextMessage { get; private set; }

    /// <summary>Whether the listing is complete.</summary>
    public bool IsListed { get; private set; }

    /// <summary>Whether the owner has no room for entries that it lacks.</summary>
    public bool IsOwnerFull { get; private set; }

    /// <summary>Keys to send to the owner.</summary>
    public List<byte[]> Gives { get; } = [];

    /// <summary>Keys to ask the owner for.</summary>
    public List<byte[]> Wants { get; } = [];

    /// <summary>Takes the keys of one message. False when it makes no sense.</summary>
    public bool Take(byte flags, ref MessageReader reader)
    {
        NextMessage++;
        _bytes += reader.Left;
        while (reader.Left > 0 && _bytes <= MaxBytes)
        {
            bool isTombstone = reader.Byte() != 0;
            ulong version = reader.UInt64();
            ulong content = reader.UInt64();
            ReadOnlySpan<byte> key = reader.Bytes();
            if (reader.Failed || key.Length > StoreOptions.MaxKeyBytes)
            {
                return false;
            }
            if (_byKey.TryAdd(Fingerprint.OfKey(key), _notes.Count))
            {
                _notes.Add(new KeyNote
                {
                    Key = key.ToArray(),
                    Version = version,
                    Content = content,
                    IsTombstone = isTombstone,
                });
            }
        }
        IsListed = (flags & KeyListing.Last) != 0;
        IsOwnerFull = (flags & KeyListing.Full) != 0;
        return _bytes <= MaxBytes;
    }

    /// <summary>Looks at a piece of the store; true at the end, when gives and wants are known.</summary>
    public bool Step(Store store, int count, bool isFull, long nowMs)
    {
        var visitor = new KeyComparer(this);
        _cursor = store.ScanRecords(_cursor, count, nowMs, ref visitor);
        if (_cursor != 0)
        {
            return false;
        }
        foreach (KeyNote note in _notes)
        {
            if (!note.IsHere && (note.IsTombstone || (!isFull && note.Version > Floor(store, note.Key))))
            {
                Wants.Add(note.Key);
            }
        }
        return true;
    }

    /// <summary>Compares what is here under a key.</summary>
    public void Meet(in EntryRecord record)
    {
        ulong key = Fingerprint.OfKey(record.Key);
        if (!Scope.Contains(Slot.Of(record.Key).Number, key))
        {
            return;
        }
        if (!_byKey.TryGetValue(key, out int index))
        {
            if (record.IsTombstone || !IsOwnerFull)
            {
                Gives.Add(record.Key.ToArray());
            }
            return;
        }
        KeyNote note = _notes[index];
        if (note.IsHere)
        {
            return;
        }
        note.IsHere = true;
        _notes[index] = note;
        bool isTie = note.Version == record.Version
            && (note.IsTombstone != record.IsTombstone
                || (!note.IsTombstone && note.Content != Fingerprint.OfContent(in record)));
        if (record.Version > note.Version || isTie)
        {
            Gives.Add(note.Key);
        }
        if (record.Version < note.Version || isTie)
        {
            Wants.Add(note.Key);
        }
    }

    private static ulong Floor(Store store, ReadOnlySpan<byte> key) =>
        Math.Max(store.FlushVersion, store.Floor(Slot.Of(key).Number));
}

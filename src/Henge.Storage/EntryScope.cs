namespace Henge.Storage;

/// <summary>
/// One key with its shard locked: the only way to read or write an entry, so that every command is atomic by
/// construction. Spans that it gives are into the store and end with the next write through any scope or with
/// <see cref="Dispose"/>. Spans passed to it must not point into the store. Hold it for bounded work only.
/// </summary>
internal ref struct EntryScope
{
    private readonly Store _store;
    private readonly ReadOnlySpan<byte> _key;
    private readonly long _nowMs;
    private Store.PrototypeEntry? _entry;

    internal EntryScope(Store store, ReadOnlySpan<byte> key, long nowMs)
    {
        _store = store;
        _key = key;
        _nowMs = nowMs;
        _entry = store.Find(key, nowMs);
    }

    /// <summary>Whether a live entry is there.</summary>
    public readonly bool Found => _entry is not null;

    /// <summary>Its type; None when not found.</summary>
    public readonly EntryType Type => _entry?.Type ?? EntryType.None;

    /// <summary>Its value; empty when not found.</summary>
    public readonly ReadOnlySpan<byte> Value => _entry is null ? default : _entry.Value;

    /// <summary>The value for change in place, its length kept. Call <see cref="Modified"/> afterwards.</summary>
    public readonly Span<byte> WritableValue => _entry is null ? default : _entry.Value;

    /// <summary>Attributes kept beside the value (an opaque block, at most 16 KiB); empty when none.</summary>
    public readonly ReadOnlySpan<byte> Attributes => _entry is null ? default : _entry.Attributes;

    /// <summary>Absolute expiry in unix ms; 0 for none.</summary>
    public readonly long ExpiresAtMs => _entry?.ExpiresAtMs ?? 0;

    /// <summary>The entry's version; 0 when not found.</summary>
    public readonly ulong Version => _entry?.Version ?? 0;

    /// <summary>Bytes the entry takes in memory, overhead included; 0 when not found.</summary>
    public readonly long MemoryBytes => _entry is null ? 0 : 32 + _key.Length + _entry.Value.Length;

    /// <summary>Counts a read (hit or miss) and marks a found entry as used for the eviction policy.</summary>
    /// <returns><see cref="Found"/>.</returns>
    public readonly bool Read()
    {
        _store.CountRead(Found);
        return Found;
    }

    /// <summary>Marks a found entry as used without counting a read (TOUCH).</summary>
    public readonly void Touch() { }

    /// <summary>Creates or replaces the entry, with a new version.</summary>
    public WriteResult Set(EntryType type, ReadOnlySpan<byte> value, long expiresAtMs, ReadOnlySpan<byte> attributes = default)
    {
        if (value.Length > _store.MaxValueBytes || _key.Length > StoreOptions.MaxKeyBytes)
        {
            return WriteResult.TooLarge;
        }
        _entry ??= _store.Add(_key);
        _entry.Value = value.ToArray();
        _entry.Attributes = attributes.ToArray();
        _entry.Type = type;
        _entry.ExpiresAtMs = expiresAtMs;
        _entry.Version = _store.NextVersion(_nowMs);
        return WriteResult.Ok;
    }

    /// <summary>
    /// Gives the value a new length, keeping the bytes they share (what is added is zero), type, attributes and
    /// expiry, and gives the entry a new version. Creates it with <paramref name="type"/> when not found.
    /// </summary>
    public WriteResult Resize(EntryType type, int length, out Span<byte> value)
    {
        value = default;
        if (length > _store.MaxValueBytes || _key.Length > StoreOptions.MaxKeyBytes)
        {
            return WriteResult.TooLarge;
        }
        _entry ??= _store.Add(_key);
        _entry.Type = type;
        Array.Resize(ref _entry.Value, length);
        _entry.Version = _store.NextVersion(_nowMs);
        value = _entry.Value;
        return WriteResult.Ok;
    }

    /// <summary>Gives the entry a new version after a change in place.</summary>
    public readonly void Modified()
    {
        if (_entry is not null)
        {
            _entry.Version = _store.NextVersion(_nowMs);
        }
    }

    /// <summary>Sets or with 0 takes away the expiry, with a new version. The entry must be found.</summary>
    public readonly WriteResult SetExpiry(long expiresAtMs)
    {
        if (_entry is not null)
        {
            _entry.ExpiresAtMs = expiresAtMs;
            _entry.Version = _store.NextVersion(_nowMs);
        }
        return WriteResult.Ok;
    }

    /// <summary>
    /// Moves the expiry of a found entry without a new version: a read of an entry with sliding expiry keeps it alive
    /// but changes nothing that an ETag or a CAS may compare.
    /// </summary>
    public readonly WriteResult ExtendExpiry(long expiresAtMs)
    {
        if (_entry is not null)
        {
            _entry.ExpiresAtMs = expiresAtMs;
        }
        return WriteResult.Ok;
    }

    /// <summary>Deletes the entry; false when it was not there.</summary>
    public bool Delete()
    {
        bool found = Found;
        _store.Delete(_key);
        _entry = null;
        return found;
    }

    /// <summary>Unlocks the shard.</summary>
    public readonly void Dispose() => _store.Exit();
}

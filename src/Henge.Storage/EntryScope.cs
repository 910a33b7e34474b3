using Henge.Storage.Entries;
using Henge.Storage.Figures;
using Henge.Storage.Shards;

namespace Henge.Storage;

/// <summary>
/// One key with its shard locked: the only way to read or write an entry, so that every command is atomic by
/// construction. Spans that it gives are into the store and end with the next write through any scope or with
/// <see cref="Dispose"/>. Spans passed to it must not point into the store. Hold it for bounded work only.
/// Scopes of one thread nest: the one opened last is disposed first. A scope stays right when a scope nested in it
/// creates, deletes or evicts its entry.
/// </summary>
internal readonly ref struct EntryScope
{
    private readonly StoreCore _core;
    private readonly Shard _shard;
    private readonly ReadOnlySpan<byte> _key;
    private readonly long _nowMs;
    private readonly int _scope;

    internal EntryScope(StoreCore core, ReadOnlySpan<byte> key, ulong hash, long nowMs)
    {
        _core = core;
        _key = key;
        _nowMs = nowMs;
        _shard = core.Shards[(int)hash & (core.Shards.Length - 1)];
        _scope = _shard.Open(hash, key, nowMs);
    }

    /// <summary>Whether a live entry is there.</summary>
    public bool Found => Handle != 0;

    /// <summary>Its type; None when not found.</summary>
    public EntryType Type => Handle is not 0 and var handle ? _shard.Arena[handle].Type : EntryType.None;

    /// <summary>Its value; empty when not found.</summary>
    public ReadOnlySpan<byte> Value => WritableValue;

    /// <summary>The value for change in place, its length kept. Call <see cref="Modified"/> afterwards.</summary>
    public Span<byte> WritableValue => Handle is not 0 and var handle ? _shard.Arena[handle].Value : default;

    /// <summary>Attributes kept beside the value (an opaque block, at most 16 KiB); empty when none.</summary>
    public ReadOnlySpan<byte> Attributes => Handle is not 0 and var handle ? _shard.Arena[handle].Attributes : default;

    /// <summary>Absolute expiry in unix ms; 0 for none.</summary>
    public long ExpiresAtMs => Handle is not 0 and var handle ? _shard.Arena[handle].ExpiresAtMs : 0;

    /// <summary>The entry's version; 0 when not found.</summary>
    public ulong Version => Handle is not 0 and var handle ? _shard.Arena[handle].Version : 0;

    /// <summary>Bytes the entry takes in memory, its share of the index included; 0 when not found.</summary>
    public long MemoryBytes => Handle is not 0 and var handle
        ? _shard.Writer.MemoryBytes(handle)
        : 0;

    private uint Handle => _shard.HandleOf(_scope);

    /// <summary>Counts a read (hit or miss) and marks a found entry as used for the eviction policy.</summary>
    /// <param name="countsAsUse">False to count only, and leave the eviction order as it is.</param>
    /// <returns><see cref="Found"/>.</returns>
    public bool Read(bool countsAsUse = true) => _shard.Read(_scope, countsAsUse);

    /// <summary>
    /// Why it was not found, as far as is remembered; null where nothing is. Of a found one it means nothing.
    /// </summary>
    public MissReason? WhyMissing => _shard.Gone.Why(in _shard.OpenAt(_scope), _core.IsLoading);

    /// <summary>Marks a found entry as used without counting a read (TOUCH).</summary>
    public void Touch()
    {
        if (Handle is not 0 and var handle)
        {
            _shard.Touch(handle);
            _shard.Sampler.Use(_shard.OpenAt(_scope).Hash, handle);
        }
    }

    /// <summary>Creates or replaces the entry, with a new version. A deadline in the past is allowed.</summary>
    public WriteResult Set(
        EntryType type, ReadOnlySpan<byte> value, long expiresAtMs, ReadOnlySpan<byte> attributes = default)
    {
        if (value.Length > _core.MaxValueBytes || _key.Length > StoreOptions.MaxKeyBytes
            || attributes.Length > StoreOptions.MaxAttributeBytes)
        {
            return WriteResult.TooLarge;
        }
        return NoteChange(_shard.Writer.Set(
            ref _shard.OpenAt(_scope), _key, type, value, expiresAtMs, attributes, version: 0, _nowMs));
    }

    /// <summary>
    /// As <see cref="Set"/>, for a value that lies in pieces: the caller writes all of it before the scope is used
    /// again. Until then it holds whatever was there.
    /// </summary>
    public WriteResult Reserve(
        EntryType type, int length, long expiresAtMs, ReadOnlySpan<byte> attributes, out Span<byte> value)
    {
        value = default;
        if (length > _core.MaxValueBytes || _key.Length > StoreOptions.MaxKeyBytes
            || attributes.Length > StoreOptions.MaxAttributeBytes)
        {
            return WriteResult.TooLarge;
        }
        return NoteChange(_shard.Writer.Reserve(
            ref _shard.OpenAt(_scope), _key, type, length, expiresAtMs, attributes, version: 0, _nowMs, out value));
    }

    /// <summary>
    /// Gives the value a new length, keeping the bytes they share (what is added is zero), type, attributes and
    /// expiry, and gives the entry a new version. Creates it with <paramref name="type"/> when not found.
    /// </summary>
    public WriteResult Resize(EntryType type, int length, out Span<byte> value)
    {
        value = default;
        if (length > _core.MaxValueBytes || _key.Length > StoreOptions.MaxKeyBytes)
        {
            return WriteResult.TooLarge;
        }
        WriteResult result =
            NoteChange(_shard.Writer.Resize(ref _shard.OpenAt(_scope), _key, type, length, _nowMs));
        if (result == WriteResult.Ok)
        {
            value = WritableValue;
        }
        return result;
    }

    /// <summary>Gives the entry a new version after a change in place.</summary>
    public void Modified()
    {
        if (Handle is not 0 and var handle)
        {
            Entry entry = _shard.Arena[handle];
            entry.Version = _shard.NextVersion(_nowMs, entry.Version);
            _shard.Touch(handle);
            _shard.Sampler.Write(_shard.OpenAt(_scope).Hash, handle);
            NoteChange(WriteResult.Ok);
        }
    }

    /// <summary>Sets or with 0 takes away the expiry, with a new version. Does nothing when not found.</summary>
    public WriteResult SetExpiry(long expiresAtMs) => Found
        ? NoteChange(_shard.Writer.SetExpiry(ref _shard.OpenAt(_scope), _key, expiresAtMs, newVersion: true, _nowMs))
        : WriteResult.Ok;

    /// <summary>
    /// Moves the expiry of a found entry to later without a new version: a read of an entry with sliding expiry keeps
    /// it alive but changes nothing that an ETag or a CAS may compare. Moving it to earlier does give a new version: of
    /// two records of one version the later expiry wins (<see cref="RecordOrder"/>), and copies must follow.
    /// </summary>
    /// <param name="expiresAtMs">Unix milliseconds; 0 for none.</param>
    /// <param name="tellsCopies">Whether the change sink is told of a move to later; false leaves them behind.</param>
    public WriteResult ExtendExpiry(long expiresAtMs, bool tellsCopies = true)
    {
        if (!Found)
        {
            return WriteResult.Ok;
        }
        bool later = expiresAtMs == 0 || (ExpiresAtMs is not 0 and var before && expiresAtMs >= before);
        WriteResult result = _shard.Writer.SetExpiry(
            ref _shard.OpenAt(_scope), _key, expiresAtMs, newVersion: !later, _nowMs);
        return later && !tellsCopies ? result : NoteChange(result);
    }

    /// <summary>
    /// Deletes the entry; false when it was not there. The change sink is told of either: what is not here may be
    /// elsewhere.
    /// </summary>
    public bool Delete()
    {
        bool found = Found;
        ref OpenEntry open = ref _shard.OpenAt(_scope);
        ulong version = _shard.Tombstones.Delete(ref open, _key, _nowMs);
        if (_core.ChangeSink is not null)
        {
            open.Change = version;
        }
        return found;
    }

    /// <summary>Tells the change sink if the scope has changed its key, and unlocks the shard.</summary>
    public void Dispose() => _shard.Close(_key);

    private WriteResult NoteChange(WriteResult result)
    {
        if (_core.ChangeSink is not null && result == WriteResult.Ok)
        {
            ref OpenEntry open = ref _shard.OpenAt(_scope);
            open.Change = _shard.VersionAt(in open);
        }
        return result;
    }
}

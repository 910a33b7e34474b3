namespace Henge.Storage;

/// <summary>
/// One entry or tombstone as nodes exchange it: everything that a merge compares or stores. Spans are borrowed.
/// </summary>
internal readonly ref struct EntryRecord
{
    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value; empty for a tombstone.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>What stands beside the value; empty for a tombstone.</summary>
    public ReadOnlySpan<byte> Attributes { get; init; }

    /// <summary>What the value means; <see cref="EntryType.None"/> for a tombstone.</summary>
    public EntryType Type { get; init; }

    /// <summary>Absolute expiry in unix milliseconds; 0 for none.</summary>
    public long ExpiresAtMs { get; init; }

    /// <summary>The version of this state of the key.</summary>
    public ulong Version { get; init; }

    /// <summary>Whether the key was deleted by this version.</summary>
    public bool IsTombstone => Type == EntryType.None;
}

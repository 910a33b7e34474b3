namespace Henge.Storage.Visits;

/// <summary>One live entry as a visitor sees it: spans are into the store and end with the call.</summary>
internal readonly ref struct EntryView
{
    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>What stands beside the value.</summary>
    public ReadOnlySpan<byte> Attributes { get; init; }

    /// <summary>What the value means.</summary>
    public EntryType Type { get; init; }

    /// <summary>Absolute expiry in unix milliseconds; 0 for none.</summary>
    public long ExpiresAtMs { get; init; }

    /// <summary>Version of the entry.</summary>
    public ulong Version { get; init; }
}

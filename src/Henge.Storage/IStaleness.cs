namespace Henge.Storage;

/// <summary>
/// Tells which entries are stale by what is kept beside them; Storage knows neither what attributes mean nor why. It is
/// asked for entries that have attributes and for no others, by any thread, with a shard locked: it answers at once.
/// What is stale is treated as an entry whose deadline has passed. What is stale once is stale for ever.
/// </summary>
internal interface IStaleness
{
    /// <summary>Counts up when more is stale than before, and after it is.</summary>
    long Epoch { get; }

    /// <summary>Whether an entry is stale.</summary>
    bool IsStale(ReadOnlySpan<byte> attributes, ulong version);

    /// <summary>
    /// The highest version with which an entry of these attributes would be stale, 0 for none: what is written now gets
    /// a higher one.
    /// </summary>
    ulong StaleUpTo(ReadOnlySpan<byte> attributes);
}

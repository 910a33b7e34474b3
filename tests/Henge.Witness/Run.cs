namespace Henge.Witness;

/// <summary>
/// Reads of one key that gave the same, one after the other. Times are of the machine's monotonic clock, in
/// nanoseconds, so that those of several processes compare.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Place">Where from: f, the first level; r, the ring; m, missing; u, nobody knows.</param>
/// <param name="Version">The value.</param>
/// <param name="Owner">Who owns the key, as this process sees it.</param>
internal sealed record Run(string Key, char Place, long Version, string Owner)
{
    /// <summary>When the first of them began.</summary>
    public long Began { get; init; }

    /// <summary>When the first of them had ended.</summary>
    public long FirstEnded { get; init; }

    /// <summary>When the last of them began.</summary>
    public long LastBegan { get; set; }

    /// <summary>How many they are.</summary>
    public long Count { get; set; } = 1;

    /// <summary>As it is written down.</summary>
    public string Line => $"r {Key} {Place} {Version} {Owner} {Began} {FirstEnded} {LastBegan} {Count}";
}

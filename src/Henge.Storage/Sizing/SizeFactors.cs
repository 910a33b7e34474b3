namespace Henge.Storage.Sizing;

/// <summary>The sizes of memory that are simulated, as multiples of what the store has; in rising order.</summary>
internal static class SizeFactors
{
    /// <summary>How many.</summary>
    public const int Count = 4;

    /// <summary>Place of the size that the store has.</summary>
    public const int Own = 1;

    /// <summary>They.</summary>
    public static ReadOnlySpan<double> All => [0.5, 1, 2, 4];
}

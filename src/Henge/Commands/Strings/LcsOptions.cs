namespace Henge.Commands.Strings;

/// <summary>The options of LCS.</summary>
internal readonly record struct LcsOptions
{
    /// <summary>LEN: only the length.</summary>
    public bool LengthOnly { get; init; }

    /// <summary>IDX: where the runs are.</summary>
    public bool Ranges { get; init; }

    /// <summary>WITHMATCHLEN: the length of each run.</summary>
    public bool WithLengths { get; init; }

    /// <summary>MINMATCHLEN: leaves shorter runs out.</summary>
    public long LeastLength { get; init; }
}

namespace Henge.Cluster.Members;

/// <summary>
/// Which process of a node: its start in unix milliseconds times 2^16, plus 16 random bits. The later one supersedes.
/// </summary>
/// <param name="Value">The number.</param>
internal readonly record struct BootId(ulong Value) : IComparable<BootId>
{
    /// <summary>The id of a process.</summary>
    public static BootId Of(long startedAtMs, ushort random) => new((ulong)startedAtMs << 16 | random);

    /// <inheritdoc/>
    public int CompareTo(BootId other) => Value.CompareTo(other.Value);
}

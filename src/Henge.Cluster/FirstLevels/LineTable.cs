namespace Henge.Cluster.FirstLevels;

/// <summary>
/// A number for each line that goes up when the line is invalidated. 1 MiB, made when a first level is first used.
/// Safe from any thread.
/// </summary>
internal sealed class LineTable
{
    /// <summary>Bytes that it takes.</summary>
    public const int Bytes = Line.Count * sizeof(int);

    private readonly int[] _numbers = new int[Line.Count];

    /// <summary>The number of a line.</summary>
    public int this[Line line] => Volatile.Read(ref _numbers[line.Number]);

    /// <summary>What was noted with the line's former number is no longer current.</summary>
    public void Invalidate(Line line) => Interlocked.Increment(ref _numbers[line.Number]);
}

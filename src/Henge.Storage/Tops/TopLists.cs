namespace Henge.Storage.Tops;

/// <summary>The top of a store: the most read, the most written, the largest; each from the top down.</summary>
internal sealed class TopLists
{
    /// <summary>How far back the rates go, in seconds: what happened then counts for a third.</summary>
    public const int WindowSeconds = 60;

    /// <summary>Keys by reads a second.</summary>
    public List<TopEntry> Reads { get; private set; } = [];

    /// <summary>Keys by writes a second.</summary>
    public List<TopEntry> Writes { get; private set; } = [];

    /// <summary>Entries by bytes.</summary>
    public List<TopEntry> Big { get; private set; } = [];

    /// <summary>The three, in the order of their names here.</summary>
    public IReadOnlyList<List<TopEntry>> All => [Reads, Writes, Big];

    /// <summary>
    /// Leaves so many of each, of those that may be seen, from the top down, and each key once: copies have the writes
    /// of their owner, so of several the largest figure is the one.
    /// </summary>
    public void Trim(int count, Func<byte[], bool> mayBeSeen)
    {
        Reads = Trim(Reads, static entry => entry.PerSecond, count, mayBeSeen);
        Writes = Trim(Writes, static entry => entry.PerSecond, count, mayBeSeen);
        Big = Trim(Big, static entry => entry.Bytes, count, mayBeSeen);
    }

    private static List<TopEntry> Trim(
        List<TopEntry> entries, Func<TopEntry, double> order, int count, Func<byte[], bool> mayBeSeen)
    {
        var seen = new HashSet<string>();
        return [.. entries.OrderByDescending(order)
            .Where(entry => mayBeSeen(entry.Key) && seen.Add(Convert.ToBase64String(entry.Key))).Take(count)];
    }
}

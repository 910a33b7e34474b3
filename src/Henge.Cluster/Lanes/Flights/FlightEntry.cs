namespace Henge.Cluster.Lanes.Flights;

/// <summary>A row of the <see cref="FlightTable"/>.</summary>
internal struct FlightEntry
{
    /// <summary>The operation; null for a free row.</summary>
    public Operation? Operation;

    /// <summary>
    /// When the lane gives up, beside the operation so that a look for late ones stays in this array.
    /// </summary>
    public long DeadlineMs;

    /// <summary>Counts up with every use, so that an answer to an earlier one finds nothing.</summary>
    public uint Generation;

    /// <summary>The next free row.</summary>
    public int NextFree;
}

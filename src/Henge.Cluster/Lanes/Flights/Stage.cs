namespace Henge.Cluster.Lanes.Flights;

/// <summary>How far an operation is.</summary>
internal enum Stage : byte
{
    /// <summary>Not under way.</summary>
    None = 0,

    /// <summary>
    /// It waits in the lines of its slots: for those before it, for keys, for a link, for a newer snapshot.
    /// </summary>
    Queued = 1,

    /// <summary>It was sent to another node.</summary>
    Sent = 2,

    /// <summary>It was carried out here, and what it wrote is on its way to the replicas.</summary>
    Held = 3,
}

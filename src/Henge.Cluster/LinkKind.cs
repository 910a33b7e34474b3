namespace Henge.Cluster;

/// <summary>
/// The links between two nodes. A node dials its own links to every peer; requests go from the dialler to the other
/// side, answers come back on the same link. Append only: the numbers are sent.
/// </summary>
internal enum LinkKind : byte
{
    /// <summary>Probes, gossip, holdings: small, never behind anything large.</summary>
    Control = 1,

    /// <summary>Slot transfers and repair, in chunks of at most 64 KiB (or one entry).</summary>
    Bulk = 2,

    /// <summary>Forwarded operations, fetches and replication; one per loop.</summary>
    Data = 3,
}

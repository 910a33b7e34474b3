namespace Henge.Protocol.Peers.Hellos;

/// <summary>
/// Fields of a hello. Append only: the numbers are sent; a field that a receiver does not know is skipped.
/// </summary>
internal enum HelloField : byte
{
    /// <summary>Least and highest wire version, a byte each.</summary>
    Wire = 1,

    /// <summary>Hash of the cluster's name, 16 bytes.</summary>
    Cluster = 2,

    /// <summary>Version of the algorithm of placement, 1 byte.</summary>
    Ring = 3,

    /// <summary>Node id, 16 bytes.</summary>
    Node = 4,

    /// <summary>Boot id, 8 bytes.</summary>
    Boot = 5,

    /// <summary>Incarnation, 4 bytes.</summary>
    Incarnation = 6,

    /// <summary>Advertised host:port, UTF-8.</summary>
    Address = 7,

    /// <summary>Name for people, UTF-8.</summary>
    Name = 8,

    /// <summary>Zone, UTF-8; empty for none.</summary>
    Zone = 9,

    /// <summary>Weight, 4 bytes.</summary>
    Weight = 10,

    /// <summary>Phase, 1 byte.</summary>
    Phase = 11,

    /// <summary>Kind of the link, 1 byte.</summary>
    Link = 12,

    /// <summary>Copies of each slot, 1 byte.</summary>
    Copies = 13,

    /// <summary>Longest value, 4 bytes.</summary>
    MaxValue = 14,

    /// <summary>Whether the node has a secret, 1 byte.</summary>
    Secret = 15,

    /// <summary>Random bytes, new for every hello.</summary>
    Nonce = 16,
}

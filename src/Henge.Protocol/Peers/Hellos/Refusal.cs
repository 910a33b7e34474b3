namespace Henge.Protocol.Peers.Hellos;

/// <summary>Why a node takes no link with another. Append only: the numbers are sent.</summary>
internal enum Refusal : byte
{
    /// <summary>It does take it.</summary>
    None = 0,

    /// <summary>What came is no hello, or not the one that was due.</summary>
    Malformed = 1,

    /// <summary>The cluster names differ.</summary>
    WrongCluster = 2,

    /// <summary>The ranges of wire versions do not meet.</summary>
    NoCommonWire = 3,

    /// <summary>
    /// The nodes place slots by different algorithms: in one cluster they would make two owners of a slot.
    /// </summary>
    OtherRing = 4,

    /// <summary>The two ends are one and the same process.</summary>
    Self = 5,

    /// <summary>Two processes claim to be one node.</summary>
    SameIdentity = 6,

    /// <summary>The nodes are set to different numbers of copies.</summary>
    OtherCopies = 7,

    /// <summary>The acceptor has a secret and the dialler has none.</summary>
    SecretNeeded = 8,

    /// <summary>The dialler has a secret and the acceptor has none.</summary>
    SecretUnknown = 9,

    /// <summary>The proof does not fit: the secrets differ, or somebody plays an old conversation again.</summary>
    WrongSecret = 10,

    /// <summary>Too many others are at the door; try again.</summary>
    Busy = 11,

    /// <summary>The node stops.</summary>
    Stopping = 12,
}

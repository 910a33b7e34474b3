namespace Henge.Cluster;

/// <summary>
/// Known mistakes of this field that the simulator switches on to prove that it would catch them. Never set in a node.
/// </summary>
[Flags]
internal enum PlantedBugs
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A deletion of a key that is still on its way leaves no tombstone (Olric's lost delete).</summary>
    LostDelete = 1 << 0,

    /// <summary>Replicas take records of slots of which they are no copy.</summary>
    NoViewCheck = 1 << 1,

    /// <summary>A record of an equal or older version replaces what is here.</summary>
    LastArrivalWins = 1 << 2,

    /// <summary>Expiry travels as the time that is left.</summary>
    RelativeExpiry = 1 << 3,

    /// <summary>Dead members are forgotten at once and never dialled again.</summary>
    ForgetsPeers = 1 << 4,

    /// <summary>A write whose replicas did not answer in time is answered OK.</summary>
    OkOnTimeout = 1 << 5,

    /// <summary>A new owner serves at once, without waiting for the holdings of the others.</summary>
    ServesWithoutHoldings = 1 << 6,

    /// <summary>Leftovers are dropped as soon as the new owner has them, not when all copies have.</summary>
    DropsEarly = 1 << 7,

    /// <summary>Versions come from the wall clock alone.</summary>
    ClockOnlyVersions = 1 << 8,

    /// <summary>Repair sends what the other side has deleted.</summary>
    RepairIgnoresTombstones = 1 << 9,

    /// <summary>A forwarded write is sent again when its link breaks.</summary>
    RepeatsWrites = 1 << 10,

    /// <summary>A suspect cannot refute.</summary>
    NoRefutation = 1 << 11,

    /// <summary>A node takes over no invalidations that it was not told of when they were made.</summary>
    ForgetsTags = 1 << 12,

    /// <summary>Who owns a slot goes on serving it when it meets a ring that it did not know.</summary>
    TrustsStrangers = 1 << 13,

    /// <summary>A first level serves on while its owner is not heard.</summary>
    TrustsSilence = 1 << 14,

    /// <summary>A first level keeps an answer that an invalidation has overtaken.</summary>
    KeepsOvertaken = 1 << 15,
}

namespace Henge.Cluster;

/// <summary>What happened.</summary>
internal enum ClusterEventKind
{
    /// <summary>A member was met for the first time, or came back with a new boot.</summary>
    MemberJoined,

    /// <summary>A member does not answer.</summary>
    MemberSuspect,

    /// <summary>A suspect or dead member answered.</summary>
    MemberAlive,

    /// <summary>A member did not answer in time.</summary>
    MemberDead,

    /// <summary>A member hands its slots over.</summary>
    MemberLeaving,

    /// <summary>A member said goodbye.</summary>
    MemberLeft,

    /// <summary>A member was dead for so long that it is forgotten.</summary>
    MemberForgotten,

    /// <summary>Two nodes claim one identity; the newer boot wins.</summary>
    IdentityConflict,

    /// <summary>This node was suspected and has refuted.</summary>
    Refuted,

    /// <summary>This node did not run for a while.</summary>
    Paused,

    /// <summary>A new view is in force; Amount is the number of slots that this node gained or lost.</summary>
    ViewChanged,

    /// <summary>All slots that this node is to hold are complete; Amount is how long it took in milliseconds.</summary>
    ViewSettled,

    /// <summary>A pull ended; Amount is the number of entries.</summary>
    TransferDone,

    /// <summary>Slots that others hold now were dropped; Amount is the number of slots.</summary>
    LeftoversDropped,

    /// <summary>Repair mended differences; Amount is the number of entries.</summary>
    Repaired,

    /// <summary>A member's clock is off by more than is good; Amount in milliseconds.</summary>
    ClockSkew,

    /// <summary>A message made no sense.</summary>
    BadMessage,

    /// <summary>This node may go: those that it leaves behind (so many; there may be none) have all it held.</summary>
    LeaveDone,

    /// <summary>A live member did not say what it holds; this node went on without knowing.</summary>
    HoldingsMissing,
}

namespace Henge.Simulator.Workload;

/// <summary>What clients ask for.</summary>
internal enum OperationKind : byte
{
    /// <summary>GET</summary>
    Get,

    /// <summary>SET</summary>
    Set,

    /// <summary>SET with PX</summary>
    SetExpiring,

    /// <summary>DEL</summary>
    Delete,

    /// <summary>INCR</summary>
    Increment,

    /// <summary>SET with a tag</summary>
    SetTagged,

    /// <summary>SETNX</summary>
    SetIfAbsent,

    /// <summary>PEXPIRE</summary>
    Expire,

    /// <summary>PERSIST</summary>
    Persist,

    /// <summary>GETSET</summary>
    GetSet,

    /// <summary>MGET of keys of one slot</summary>
    GetMany,

    /// <summary>MSET of keys of one slot</summary>
    SetMany,

    /// <summary>DEL of keys of one slot</summary>
    DeleteMany,

    /// <summary>DBSIZE asked of one member</summary>
    Count,

    /// <summary>GET of what the process keeps in its first level</summary>
    Keep,
}

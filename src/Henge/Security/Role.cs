namespace Henge.Security;

/// <summary>What a user may do. Each role may all that the ones before it may.</summary>
public enum Role
{
    /// <summary>What is open before any password: health checks, AUTH and its like.</summary>
    None = 0,

    /// <summary>Read entries, look at the node and the ring, subscribe.</summary>
    Read = 1,

    /// <summary>Change, delete and flush entries; publish.</summary>
    Write = 2,

    /// <summary>Everything: configuration, other clients, the slow log.</summary>
    Admin = 3,
}

namespace Henge.Cluster.Lanes.Flights;

/// <summary>How a forwarded operation is to be taken. Append only: the numbers are sent.</summary>
[Flags]
internal enum ForwardFlags : byte
{
    /// <summary>By the owner.</summary>
    None = 0,

    /// <summary>The receiver may send it on to the owner, once.</summary>
    Relay = 1,

    /// <summary>By the receiver, whoever owns its keys.</summary>
    Member = 2,
}

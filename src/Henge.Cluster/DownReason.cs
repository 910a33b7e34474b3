namespace Henge.Cluster;

/// <summary>Why there is no link.</summary>
internal enum DownReason
{
    /// <summary>The other side closed it in order.</summary>
    Closed,

    /// <summary>It was reset: the process, or its host, has gone.</summary>
    Reset,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The other side is this node.</summary>
    Self,

    /// <summary>
    /// It is not of this cluster, has another secret, speaks no common version, or sent what makes no sense.
    /// </summary>
    Rejected,

    /// <summary>The other side knows a later process of this node's identity: this one has to stop.</summary>
    Overtaken,
}

namespace Henge.Commands.Connection;

/// <summary>What CLIENT LIST TYPE and CLIENT KILL TYPE tell apart.</summary>
internal enum ClientKind : byte
{
    /// <summary>Sends commands and reads replies.</summary>
    Normal = 0,

    /// <summary>Has a subscription.</summary>
    PubSub = 1,

    /// <summary>Redis's replication links; this node has none.</summary>
    Replication = 2,
}

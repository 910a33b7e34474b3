namespace Henge.PubSub;

/// <summary>How a subscription ended.</summary>
internal enum SubscribeResult : byte
{
    /// <summary>It is there, new or from before.</summary>
    Ok = 0,

    /// <summary>The connection has as many as one may have.</summary>
    TooMany = 1,

    /// <summary>Subscriptions of all connections take the memory they may take.</summary>
    OutOfMemory = 2,
}

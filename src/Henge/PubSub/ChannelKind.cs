namespace Henge.PubSub;

/// <summary>What a subscription's name means.</summary>
internal enum ChannelKind : byte
{
    /// <summary>A channel (SUBSCRIBE).</summary>
    Channel = 0,

    /// <summary>A glob pattern over channels (PSUBSCRIBE).</summary>
    Pattern = 1,

    /// <summary>A channel that belongs to a slot (SSUBSCRIBE).</summary>
    ShardChannel = 2,
}

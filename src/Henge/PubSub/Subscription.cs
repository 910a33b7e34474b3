namespace Henge.PubSub;

/// <summary>One subscriber in one channel.</summary>
internal sealed class Subscription(Channel channel, Subscriber subscriber)
{
    /// <summary>Where.</summary>
    public Channel Channel { get; } = channel;

    /// <summary>Who.</summary>
    public Subscriber Subscriber { get; } = subscriber;

    /// <summary>
    /// Position in the channel's list, so that leaving takes constant time. Guarded by the channel's lock.
    /// </summary>
    public int Index { get; set; }
}

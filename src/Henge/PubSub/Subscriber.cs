using Henge.Protocol;
using Henge.Sessions;
using Henge.Storage.Indexing;

namespace Henge.PubSub;

/// <summary>
/// One session as a subscriber: what it has subscribed to, and the way to it. Its sets belong to the connection's own
/// thread; <see cref="Deliver"/> and the counts may be called from any.
/// </summary>
internal sealed class Subscriber
{
    private readonly RespSession _session;
    private readonly Dictionary<byte[], Subscription>?[] _subscriptions = new Dictionary<byte[], Subscription>?[3];

    /// <summary>A subscriber without subscriptions.</summary>
    public Subscriber(RespSession session) => _session = session;

    /// <summary>The dialect that its messages are encoded in.</summary>
    public RespVersion Version => _session.Version;

    /// <summary>Subscriptions of every kind. While there is one, a RESP2 connection takes few commands.</summary>
    public int Count => CountOf(ChannelKind.Channel) + CountOf(ChannelKind.Pattern) + CountOf(ChannelKind.ShardChannel);

    /// <summary>Subscriptions of one kind.</summary>
    public int CountOf(ChannelKind kind) => _subscriptions[(int)kind]?.Count ?? 0;

    /// <summary>
    /// The number that a confirmation carries: channels and patterns together, shard channels for themselves.
    /// </summary>
    public int ConfirmedCount(ChannelKind kind) => kind == ChannelKind.ShardChannel
        ? CountOf(kind)
        : CountOf(ChannelKind.Channel) + CountOf(ChannelKind.Pattern);

    /// <summary>The subscriptions of one kind, made when first asked for.</summary>
    public Dictionary<byte[], Subscription> Of(ChannelKind kind, KeyComparer comparer) =>
        _subscriptions[(int)kind] ??= new Dictionary<byte[], Subscription>(comparer);

    /// <summary>Sends bytes that nobody changes any more.</summary>
    public void Deliver(byte[] message) => _session.Connection.Push(message);
}

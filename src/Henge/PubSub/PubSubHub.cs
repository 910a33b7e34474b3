using Henge.Commands;
using Henge.Storage;
using Henge.Storage.Indexing;

namespace Henge.PubSub;

/// <summary>
/// Publish and subscribe for one node. Publishing finds the channel without a lock, then holds the channel's own lock
/// while it hands the one encoded message to every connection, which only queues it. A subscription is memory that
/// clients make us hold, so it is charged to the store and bounded, per connection and over all.
/// Lock order: table, channel, connection.
/// </summary>
internal sealed class PubSubHub
{
    /// <summary>
    /// Bytes that a subscription is charged beside its name: its own object, its places in two dictionaries and a list,
    /// and a channel of its own with lock and list, as in the worst case of a million channels with one subscriber.
    /// </summary>
    public const int SubscriptionBytes = 400;

    private readonly Store _store;
    private readonly ClientLimits _limits;
    private readonly KeyComparer _comparer;
    private readonly ChannelTable[] _tables;
    private long _chargedBytes;

    /// <summary>A hub without channels.</summary>
    /// <param name="store">Where memory is charged, and whose keyed hash is used.</param>
    /// <param name="limits">Says how many subscriptions one connection may have; asked at each.</param>
    public PubSubHub(Store store, ClientLimits limits)
    {
        _store = store;
        _limits = limits;
        _comparer = new KeyComparer(store);
        _tables = [Table(ChannelKind.Channel), Table(ChannelKind.Pattern), Table(ChannelKind.ShardChannel)];
    }

    /// <summary>
    /// Told, under a lock, of the first subscriber of a name and of the end of its last. Set it before the node starts.
    /// </summary>
    public Action<ChannelKind, byte[], bool>? InterestChanged { get; set; }

    /// <summary>Memory charged for subscriptions, in bytes.</summary>
    public long ChargedBytes => Interlocked.Read(ref _chargedBytes);

    /// <summary>Most bytes that subscriptions of all connections may take: a quarter of the node's memory.</summary>
    public long MaxBytes => _store.MemoryBytes / 4;

    /// <summary>All channels, shard channels or patterns that have a subscriber.</summary>
    public Channel[] Channels(ChannelKind kind) => _tables[(int)kind].Snapshot();

    /// <summary>Subscribers of one channel or shard channel, patterns not counted.</summary>
    public int SubscriberCount(ChannelKind kind, ReadOnlySpan<byte> name) => _tables[(int)kind].Find(name)?.Count ?? 0;

    /// <summary>Sends a message to a channel's subscribers and to those of matching patterns.</summary>
    /// <returns>
    /// Deliveries: a connection subscribed twice over (channel and pattern) counts and receives twice.
    /// </returns>
    public int Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        int receivers = 0;
        Channel? exact = _tables[(int)ChannelKind.Channel].Find(channel);
        if (exact is not null)
        {
            PublishedMessage message = PublishedMessage.ToChannel(channel, payload);
            receivers = exact.Publish(ref message);
        }
        foreach (Channel pattern in _tables[(int)ChannelKind.Pattern].Snapshot())
        {
            if (Glob.Matches(pattern.Name, channel))
            {
                PublishedMessage message = PublishedMessage.ToPattern(pattern.Name, channel, payload);
                receivers += pattern.Publish(ref message);
            }
        }
        return receivers;
    }

    /// <summary>Sends a message to a shard channel's subscribers; patterns do not see those.</summary>
    public int PublishToShard(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        Channel? exact = _tables[(int)ChannelKind.ShardChannel].Find(channel);
        if (exact is null)
        {
            return 0;
        }
        PublishedMessage message = PublishedMessage.ToShardChannel(channel, payload);
        return exact.Publish(ref message);
    }

    /// <summary>Subscribes. On the connection's own thread.</summary>
    public SubscribeResult Subscribe(Subscriber subscriber, ChannelKind kind, ReadOnlySpan<byte> name)
    {
        Dictionary<byte[], Subscription> own = subscriber.Of(kind, _comparer);
        if (own.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(name))
        {
            return SubscribeResult.Ok;
        }
        if (subscriber.Count >= _limits.MaxSubscriptions)
        {
            return SubscribeResult.TooMany;
        }
        long bytes = (long)SubscriptionBytes + name.Length;
        if (Interlocked.Add(ref _chargedBytes, bytes) > MaxBytes)
        {
            Interlocked.Add(ref _chargedBytes, -bytes);
            return SubscribeResult.OutOfMemory;
        }
        _store.Charge(bytes);
        byte[] key = name.ToArray();
        own.Add(key, _tables[(int)kind].Add(key, subscriber));
        return SubscribeResult.Ok;
    }

    /// <summary>Unsubscribes; false when it was not subscribed. Nothing is delivered for it afterwards.</summary>
    public bool Unsubscribe(Subscriber subscriber, ChannelKind kind, ReadOnlySpan<byte> name)
    {
        Dictionary<byte[], Subscription> own = subscriber.Of(kind, _comparer);
        if (!own.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(name, out _, out Subscription? subscription))
        {
            return false;
        }
        _tables[(int)kind].Remove(subscription);
        GiveBack(SubscriptionBytes + name.Length);
        return true;
    }

    /// <summary>The names that a subscriber has subscribed to.</summary>
    public byte[][] NamesOf(Subscriber subscriber, ChannelKind kind) => [.. subscriber.Of(kind, _comparer).Keys];

    /// <summary>Unsubscribes from everything, without confirmations (the connection ended, RESET).</summary>
    public void Leave(Subscriber subscriber)
    {
        for (ChannelKind kind = ChannelKind.Channel; kind <= ChannelKind.ShardChannel; kind++)
        {
            if (subscriber.CountOf(kind) == 0)
            {
                continue;
            }
            Dictionary<byte[], Subscription> own = subscriber.Of(kind, _comparer);
            long bytes = 0;
            foreach ((byte[] name, Subscription subscription) in own)
            {
                _tables[(int)kind].Remove(subscription);
                bytes += (long)SubscriptionBytes + name.Length;
            }
            own.Clear();
            GiveBack(bytes);
        }
    }

    private ChannelTable Table(ChannelKind kind) =>
        new(_comparer, (name, isWanted) => InterestChanged?.Invoke(kind, name, isWanted));

    private void GiveBack(long bytes)
    {
        Interlocked.Add(ref _chargedBytes, -bytes);
        _store.Charge(-bytes);
    }
}

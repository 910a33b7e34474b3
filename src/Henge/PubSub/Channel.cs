namespace Henge.PubSub;

/// <summary>
/// The subscribers of one channel, shard channel or pattern. Publishing and changing the list exclude each other, so
/// messages of one publisher keep their order, and once <see cref="Remove"/> has returned nothing more is delivered.
/// </summary>
internal sealed class Channel(byte[] name)
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = new(1);
    private int _count;

    /// <summary>Name or pattern.</summary>
    public byte[] Name { get; } = name;

    /// <summary>Subscribers at this moment.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a subscriber.</summary>
    public Subscription Add(Subscriber subscriber)
    {
        lock (_lock)
        {
            var subscription = new Subscription(this, subscriber) { Index = _subscriptions.Count };
            _subscriptions.Add(subscription);
            Volatile.Write(ref _count, _subscriptions.Count);
            return subscription;
        }
    }

    /// <summary>Takes a subscription out. True when it was the last.</summary>
    public bool Remove(Subscription subscription)
    {
        lock (_lock)
        {
            Subscription last = _subscriptions[^1];
            _subscriptions[subscription.Index] = last;
            last.Index = subscription.Index;
            _subscriptions.RemoveAt(_subscriptions.Count - 1);
            Volatile.Write(ref _count, _subscriptions.Count);
            return _subscriptions.Count == 0;
        }
    }

    /// <summary>Delivers a message to all. Returns how many there were.</summary>
    public int Publish(ref PublishedMessage message)
    {
        lock (_lock)
        {
            int count = _subscriptions.Count;
            // Backwards, because a connection that ends over its output limit may take itself out on the way.
            for (int i = count - 1; i >= 0; i--)
            {
                if (i < _subscriptions.Count)
                {
                    Subscriber subscriber = _subscriptions[i].Subscriber;
                    subscriber.Deliver(message.For(subscriber.Version));
                }
            }
            return count;
        }
    }
}

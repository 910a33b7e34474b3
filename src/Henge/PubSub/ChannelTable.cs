using System.Collections.Concurrent;

namespace Henge.PubSub;

/// <summary>
/// All channels of one kind that have a subscriber. Finding one takes no lock and allocates nothing; coming and going
/// take the table's lock and then the channel's.
/// </summary>
internal sealed class ChannelTable
{
    private readonly Lock _changes = new();
    private readonly ConcurrentDictionary<byte[], Channel> _channels;
    private readonly ConcurrentDictionary<byte[], Channel>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private Channel[]? _snapshot = [];

    /// <summary>An empty table.</summary>
    public ChannelTable(KeyComparer comparer)
    {
        _channels = new ConcurrentDictionary<byte[], Channel>(comparer);
        _byName = _channels.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The channel of that name, or null.</summary>
    public Channel? Find(ReadOnlySpan<byte> name) => _byName.TryGetValue(name, out Channel? channel) ? channel : null;

    /// <summary>
    /// All channels; the array is kept until the table changes, so publishing past patterns copies nothing.
    /// </summary>
    public Channel[] Snapshot()
    {
        Channel[]? known = Volatile.Read(ref _snapshot);
        if (known is not null)
        {
            return known;
        }
        lock (_changes)
        {
            _snapshot ??= [.. _channels.Values];
            return _snapshot;
        }
    }

    /// <summary>Adds a subscriber to the channel of that name, which comes to be with its first.</summary>
    public Subscription Add(byte[] name, Subscriber subscriber)
    {
        lock (_changes)
        {
            if (!_channels.TryGetValue(name, out Channel? channel))
            {
                channel = new Channel(name);
                _channels[name] = channel;
                Volatile.Write(ref _snapshot, null);
            }
            return channel.Add(subscriber);
        }
    }

    /// <summary>Takes a subscription out; the channel ends with its last.</summary>
    public void Remove(Subscription subscription)
    {
        lock (_changes)
        {
            if (subscription.Channel.Remove(subscription))
            {
                _byName.TryRemove(subscription.Channel.Name, out _);
                Volatile.Write(ref _snapshot, null);
            }
        }
    }
}

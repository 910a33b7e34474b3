using System.Collections.Concurrent;

using Henge.Storage.Indexing;

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
    private readonly Action<byte[], bool> _changed;
    private Channel[]? _snapshot = [];

    /// <summary>An empty table.</summary>
    /// <param name="comparer">Of the names.</param>
    /// <param name="changed">Told, under the table's lock, of each channel that comes to be or ends.</param>
    public ChannelTable(KeyComparer comparer, Action<byte[], bool> changed)
    {
        _changed = changed;
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
                _changed(name, true);
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
                _changed(subscription.Channel.Name, false);
            }
        }
    }
}

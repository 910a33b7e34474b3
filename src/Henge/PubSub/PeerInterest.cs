using Henge.Commands;
using Henge.Storage.Indexing;

namespace Henge.PubSub;

/// <summary>What another node has subscribers of. Guarded by the lock of <see cref="RingInterests"/>.</summary>
internal sealed class PeerInterest(KeyComparer comparer)
{
    private readonly HashSet<byte[]>[] _names = [new(comparer), new(comparer), new(comparer)];

    /// <summary>Whether it did not say, or said that it is too much to say.</summary>
    public bool IsEverything { get; init; }

    /// <summary>Names.</summary>
    public int Count => _names[0].Count + _names[1].Count + _names[2].Count;

    /// <summary>Notes that it wants a channel, or does no longer.</summary>
    public void Set(ChannelKind kind, byte[] name, bool wanted)
    {
        if (wanted)
        {
            _names[(int)kind].Add(name);
        }
        else
        {
            _names[(int)kind].Remove(name);
        }
    }

    /// <summary>Whether messages to a channel concern it.</summary>
    public bool Covers(ChannelKind kind, ReadOnlySpan<byte> channel)
    {
        if (IsEverything || _names[(int)kind].GetAlternateLookup<ReadOnlySpan<byte>>().Contains(channel))
        {
            return true;
        }
        if (kind == ChannelKind.ShardChannel)
        {
            return false;
        }
        foreach (byte[] pattern in _names[(int)ChannelKind.Pattern])
        {
            if (Glob.Matches(pattern, channel))
            {
                return true;
            }
        }
        return false;
    }
}

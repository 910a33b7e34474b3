using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Storage.Indexing;

namespace Henge.PubSub;

/// <summary>
/// Who in the ring has subscribers of what. A node tells each other all its channels when their link comes up, and each
/// that comes or goes from then on; with very many it says "everything". Of a node that has not said anything yet it is
/// taken that it wants everything, so nothing is lost but what is on its way while a client subscribes. Thread safe.
/// </summary>
/// <remarks>Lock order: channel table, then this. Messages are sent inside the lock, so they keep their
/// order.</remarks>
internal sealed class RingInterests : INodeMessages
{
    /// <summary>Channels, patterns and shard channels that a node names; with more it asks for everything.</summary>
    public const int MaxNamed = 10_000;

    /// <summary>Bytes of names that a node sends at once; with more it asks for everything.</summary>
    private const int MaxBytes = 256 << 10;

    private const byte All = 0;
    private const byte Added = 1;
    private const byte Removed = 2;
    private const byte Everything = 3;

    private readonly Lock _lock = new();
    private readonly HengeNode _node;
    private readonly KeyComparer _comparer;
    private readonly HashSet<byte[]>[] _own;
    private readonly Dictionary<MemberId, PeerInterest> _peers = [];
    private readonly HashSet<MemberId> _linked = [];
    private readonly HashSet<MemberId> _untold = [];
    private readonly MessageWriter _message = new();
    private int _count;
    private long _bytes;
    private bool _isEverything;

    /// <summary>The interests of a node and of those it knows.</summary>
    public RingInterests(HengeNode node)
    {
        _node = node;
        _comparer = new KeyComparer(node.Store);
        _own = [new(_comparer), new(_comparer), new(_comparer)];
        node.PubSub.InterestChanged = Changed;
    }

    /// <summary>Whether a member may have subscribers for messages to a channel.</summary>
    public bool Wants(MemberId member, ChannelKind kind, ReadOnlySpan<byte> channel)
    {
        lock (_lock)
        {
            return !_peers.TryGetValue(member, out PeerInterest? interest) || interest.Covers(kind, channel);
        }
    }

    /// <inheritdoc/>
    public void LinkUp(MemberId peer)
    {
        lock (_lock)
        {
            _linked.Add(peer);
            TellAll(peer);
        }
    }

    /// <inheritdoc/>
    public void LinkDown(MemberId peer)
    {
        lock (_lock)
        {
            _linked.Remove(peer);
            _untold.Remove(peer);
            _peers.Remove(peer);
        }
    }

    /// <inheritdoc/>
    public bool Receive(MemberId from, ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        if (reader.Kind() != MessageKind.Interest)
        {
            return true;
        }
        byte what = reader.Byte();
        lock (_lock)
        {
            if (what is All or Everything || !_peers.TryGetValue(from, out PeerInterest? interest))
            {
                interest = new PeerInterest(_comparer) { IsEverything = what != All };
                _peers[from] = interest;
            }
            while (reader.Left > 0 && !reader.Failed)
            {
                byte kind = reader.Byte();
                byte[] name = reader.Bytes().ToArray();
                if (kind > (byte)ChannelKind.ShardChannel || reader.Failed)
                {
                    _peers.Remove(from);
                    return false;
                }
                interest.Set((ChannelKind)kind, name, wanted: what != Removed);
            }
            if (interest.Count > 2 * MaxNamed)
            {
                _peers[from] = new PeerInterest(_comparer) { IsEverything = true };
            }
            return what <= Everything;
        }
    }

    private void Changed(ChannelKind kind, byte[] name, bool isWanted)
    {
        lock (_lock)
        {
            _count += isWanted ? 1 : -1;
            _bytes += isWanted ? name.Length : -name.Length;
            if (_isEverything)
            {
                if (_count == 0)
                {
                    _isEverything = false;
                    TellEverybodyAll();
                }
                return;
            }
            if (_count > MaxNamed || _bytes > MaxBytes)
            {
                _isEverything = true;
                Array.ForEach(_own, static names => names.Clear());
                TellEverybodyAll();
                return;
            }
            _ = isWanted ? _own[(int)kind].Add(name) : _own[(int)kind].Remove(name);
            Begin(isWanted ? Added : Removed);
            Write(kind, name);
            foreach (MemberId peer in _linked)
            {
                if (_untold.Contains(peer))
                {
                    continue;
                }
                if (!Send(peer))
                {
                    _untold.Add(peer);
                }
            }
            if (_untold.Count > 0)
            {
                foreach (MemberId peer in _untold.ToArray())
                {
                    TellAll(peer);
                }
            }
        }
    }

    private void TellEverybodyAll()
    {
        foreach (MemberId peer in _linked)
        {
            TellAll(peer);
        }
    }

    private void TellAll(MemberId peer)
    {
        Begin(_isEverything ? Everything : All);
        for (ChannelKind kind = ChannelKind.Channel; kind <= ChannelKind.ShardChannel; kind++)
        {
            foreach (byte[] name in _own[(int)kind])
            {
                Write(kind, name);
            }
        }
        // A queue that is full has room again soon; the next change tells it all.
        _ = Send(peer) ? _untold.Remove(peer) : _untold.Add(peer);
    }

    private void Begin(byte what)
    {
        _message.Begin(MessageKind.Interest);
        _message.Byte(what);
    }

    private void Write(ChannelKind kind, byte[] name)
    {
        _message.Byte((byte)kind);
        _message.Bytes(name);
    }

    private bool Send(MemberId peer) => _node.Ring is { } ring && ring.TrySendControl(peer, _message.Written);
}

using System.Diagnostics.CodeAnalysis;

using Henge.Cluster;
using Henge.Transport.Buffers;

namespace Henge.Peers.Links;

/// <summary>
/// The links of one thread. What is appended to them in a turn is sent at its end (<see cref="Send(long)"/>), and what
/// broke meanwhile is closed then, so that nothing disappears under those who are using it.
/// </summary>
internal sealed class LinkSet
{
    /// <summary>Between two looks for links that are stuck, and for memory that they do not use.</summary>
    private const int CheckMs = 500;

    private readonly ILinkWatch _watch;
    private readonly ILinkOwner _owner;
    private readonly BufferBudget _budget;
    private readonly byte[] _scratch;
    private readonly Dictionary<long, PeerLink> _links = [];
    private readonly List<PeerLink> _dirty = [];
    private List<PeerLink> _lost = [];
    private List<PeerLink> _closing = [];
    private PeerLink? _found;
    private long _nextId;
    private long _checkMs;

    /// <summary>Creates an empty set.</summary>
    /// <param name="watch">What watches the sockets.</param>
    /// <param name="owner">Who gets the messages.</param>
    /// <param name="budget">What buffers are charged to.</param>
    /// <param name="receiveBytes">Bytes received at once.</param>
    public LinkSet(ILinkWatch watch, ILinkOwner owner, BufferBudget budget, int receiveBytes)
    {
        _watch = watch;
        _owner = owner;
        _budget = budget;
        _scratch = GC.AllocateUninitializedArray<byte>(receiveBytes);
        budget.Charge(receiveBytes);
    }

    /// <summary>How many there are.</summary>
    public int Count => _links.Count;

    /// <summary>Makes a link of a connection and watches it.</summary>
    public PeerLink Add(MetPeer met)
    {
        var link = new PeerLink(met, _nextId++, _budget);
        _links.Add(link.Id, link);
        _watch.Add(link);
        if (link.HasInput)
        {
            // What came with the end of the hello is here already: a turn for writing reads it.
            link.IsWatchedForRoom = true;
            _watch.SetWriting(link, writing: true);
        }
        return link;
    }

    /// <summary>Finds a link by its number.</summary>
    public bool TryGet(long id, [NotNullWhen(true)] out PeerLink? link)
    {
        // Answers go many at a time to one link.
        link = _found;
        if (link is null || link.Id != id)
        {
            _links.TryGetValue(id, out link);
            _found = link;
        }
        return link is not null;
    }

    /// <summary>
    /// Adds a message to what is sent at the end of the turn; false when the link is gone, or more than
    /// <paramref name="limit"/> bytes would wait.
    /// </summary>
    public bool TrySend(PeerLink link, ReadOnlySpan<byte> message, int limit)
    {
        if (!link.TryAppend(message, limit))
        {
            return false;
        }
        if (!link.IsDirty)
        {
            link.IsDirty = true;
            _dirty.Add(link);
        }
        return true;
    }

    /// <summary>Goes on with a link whose socket is ready.</summary>
    public void Ready(PeerLink link, bool canRead, bool canWrite, int most, long nowMs)
    {
        if (canWrite)
        {
            Send(link, nowMs);
        }
        if ((canRead || link.HasInput) && link.Lost is null)
        {
            link.Receive(_scratch, most, _owner);
        }
        Note(link);
    }

    /// <summary>Gives a link up; it is closed at the end of the turn.</summary>
    public void Lose(PeerLink link, DownReason reason)
    {
        link.Lose(reason);
        Note(link);
    }

    /// <summary>Gives up all links that fit.</summary>
    public void LoseAll(Func<PeerLink, bool> which, DownReason reason)
    {
        foreach (PeerLink link in _links.Values)
        {
            if (which(link))
            {
                Lose(link, reason);
            }
        }
    }

    /// <summary>Whether there are links to be closed.</summary>
    public bool HasLost => _lost.Count > 0;

    /// <summary>Sends what was appended, and gives up links that have been stuck for too long.</summary>
    public void Send(long nowMs)
    {
        foreach (PeerLink link in _dirty)
        {
            link.IsDirty = false;
            if (!link.IsFull)
            {
                Send(link, nowMs);
            }
        }
        _dirty.Clear();
        if (nowMs >= _checkMs)
        {
            _checkMs = nowMs + CheckMs;
            LoseAll(link => link.IsStuck(nowMs), DownReason.TimedOut);
            foreach (PeerLink link in _links.Values)
            {
                link.Trim();
            }
        }
    }

    /// <summary>Whether something was appended and not sent.</summary>
    public bool HasUnsent => _dirty.Count > 0;

    /// <summary>Sends what was appended to links on which at least so many bytes wait.</summary>
    public void SendEarly(int bytes, long nowMs)
    {
        foreach (PeerLink link in _dirty)
        {
            if (link.PendingBytes >= bytes && !link.IsFull)
            {
                Send(link, nowMs);
            }
        }
    }

    /// <summary>Sends what was appended to one link.</summary>
    public void Send(PeerLink link, long nowMs)
    {
        link.Send(nowMs);
        Note(link);
        if (link.Lost is null && link.IsFull != link.IsWatchedForRoom)
        {
            link.IsWatchedForRoom = link.IsFull;
            _watch.SetWriting(link, link.IsFull);
        }
    }

    /// <summary>
    /// Closes what is lost; false when nothing is. Whoever is told of it may have appended more to other links.
    /// </summary>
    public bool CloseLost()
    {
        if (_lost.Count == 0)
        {
            return false;
        }
        (_closing, _lost) = (_lost, _closing);
        foreach (PeerLink link in _closing)
        {
            _links.Remove(link.Id);
            _found = null;
            _watch.Remove(link);
            _owner.Closing(link);
            link.Close();
        }
        _closing.Clear();
        return true;
    }

    /// <summary>Closes all, and tells nobody.</summary>
    public void Close()
    {
        foreach (PeerLink link in _links.Values)
        {
            _watch.Remove(link);
            link.Close();
        }
        _links.Clear();
        _found = null;
        _dirty.Clear();
        _lost.Clear();
        _budget.Give(_scratch.Length);
    }

    private void Note(PeerLink link)
    {
        if (link.Lost is not null && _links.ContainsKey(link.Id) && !_lost.Contains(link))
        {
            _lost.Add(link);
        }
    }
}

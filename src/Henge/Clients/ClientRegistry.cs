using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

using Henge.Sessions;

namespace Henge.Clients;

/// <summary>
/// The RESP clients connected now, by CLIENT ID. Transports add and remove; CLIENT LIST and KILL read. Thread safe; an
/// enumeration sees what was there throughout it, and may or may not see what came or went meanwhile.
/// </summary>
internal sealed class ClientRegistry : IEnumerable<RespSession>
{
    private readonly ConcurrentDictionary<long, RespSession> _sessions = new();
    private long _lastId;
    private int _count;

    /// <summary>Clients connected now. Cheap, unlike a concurrent dictionary's own count.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The next CLIENT ID; they rise and are never used again.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Adds a session under its id.</summary>
    public void Add(RespSession session)
    {
        if (_sessions.TryAdd(session.Id, session))
        {
            Interlocked.Increment(ref _count);
        }
    }

    /// <summary>Takes a session out; false when it was not there.</summary>
    public bool Remove(RespSession session)
    {
        if (!_sessions.TryRemove(session.Id, out _))
        {
            return false;
        }
        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>The session with a CLIENT ID.</summary>
    public bool TryGet(long id, [MaybeNullWhen(false)] out RespSession session) =>
        _sessions.TryGetValue(id, out session);

    /// <inheritdoc/>
    public IEnumerator<RespSession> GetEnumerator()
    {
        foreach (KeyValuePair<long, RespSession> pair in _sessions)
        {
            yield return pair.Value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

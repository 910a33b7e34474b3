using Henge.Transport.Connections;

namespace Henge.Sessions;

/// <summary>
/// Requests of other protocols that reached RESP: counted always, logged at most once a minute. Thread safe.
/// </summary>
internal sealed class ForeignRequests
{
    private readonly RareLog _log = new();
    private long _count;

    /// <summary>Connections closed because of one.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts one; true when it may be logged.</summary>
    public bool MayLog(long nowMs)
    {
        Interlocked.Increment(ref _count);
        return _log.IsDue(nowMs, out _);
    }
}

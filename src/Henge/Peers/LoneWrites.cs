namespace Henge.Peers;

/// <summary>
/// Writes that threads of no lane make right in the store while the node is alone. A node that meets others waits for
/// those under way before its lanes say that they have settled. So each is in the store when handoff looks, or has seen
/// that there are others and goes through a lane to its copies.
/// </summary>
internal sealed class LoneWrites
{
    private int _underWay;

    /// <summary>Begins one. Look at the snapshot after it: who looks before may go by an old one.</summary>
    public void Begin() => Interlocked.Increment(ref _underWay);

    /// <summary>Ends it.</summary>
    public void End() => Interlocked.Decrement(ref _underWay);

    /// <summary>
    /// Waits for those that may have begun under an older snapshot than the one published by now: microseconds, since
    /// nobody waits for anything between <see cref="Begin"/> and <see cref="End"/>.
    /// </summary>
    public void Await()
    {
        Interlocked.MemoryBarrier();
        SpinWait spin = default;
        while (Volatile.Read(ref _underWay) > 0)
        {
            spin.SpinOnce();
        }
    }
}

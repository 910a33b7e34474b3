using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Henge.Storage.Shards;

/// <summary>
/// A re-entrant spin lock in a cache line of its own. Work under it is bounded and short, so waiting spins and then
/// yields; no kernel object is involved. Reads take it too: an uncontended lock costs the one atomic operation that
/// an optimistic reader would need anyway to note its use for the eviction order, and a plain critical section is
/// easy to be sure of. Fast lost to simple here by almost nothing.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ShardLock
{
    private const int SpinsBeforeYield = 20;

    [FieldOffset(64)]
    private int _owner;

    [FieldOffset(68)]
    private int _nested;

    /// <summary>Whether this thread holds the lock.</summary>
    public readonly bool IsHeld => _owner == Environment.CurrentManagedThreadId;

    /// <summary>Enters, waiting as long as needed. A thread may enter again what it holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref _owner, thread, 0) != 0)
        {
            EnterSlowly(thread);
        }
    }

    /// <summary>Enters if that is possible without waiting.</summary>
    public bool TryEnter()
    {
        int thread = Environment.CurrentManagedThreadId;
        int owner = Interlocked.CompareExchange(ref _owner, thread, 0);
        if (owner == thread)
        {
            _nested++;
        }
        return owner == 0 || owner == thread;
    }

    /// <summary>Leaves once; the lock is free when each entering was left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        if (_nested != 0)
        {
            _nested--;
            return;
        }
        Volatile.Write(ref _owner, 0);
    }

    private void EnterSlowly(int thread)
    {
        if (Volatile.Read(ref _owner) == thread)
        {
            _nested++;
            return;
        }
        for (int tries = 1; ; tries++)
        {
            if (Volatile.Read(ref _owner) == 0 && Interlocked.CompareExchange(ref _owner, thread, 0) == 0)
            {
                return;
            }
            if (tries % SpinsBeforeYield != 0)
            {
                Thread.SpinWait(tries % SpinsBeforeYield);
            }
            else
            {
                Thread.Yield();
            }
        }
    }
}

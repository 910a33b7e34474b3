using System.Runtime.InteropServices;

namespace Henge.Entries;

/// <summary>
/// Counts the threads that are in the store, so that its memory can be given back when none is: callers of a cache go
/// on calling while their host is torn down. Two interlocked operations a call, on a line that few other threads use.
/// A caller counts itself before it looks whether the gate is shut, and who shuts it looks at the counts after, so no
/// caller is missed.
/// </summary>
internal sealed class CallGate
{
    private const int Stripes = 64;

    private readonly Stripe[] _stripes = new Stripe[Stripes];
    private volatile bool _isShut;

    /// <summary>Lets the calling thread in, until <see cref="Exit"/>; false when the gate is shut.</summary>
    public bool TryEnter()
    {
        ref long inside = ref Inside;
        Interlocked.Increment(ref inside);
        if (!_isShut)
        {
            return true;
        }
        Interlocked.Decrement(ref inside);
        return false;
    }

    /// <summary>The thread that was let in is done.</summary>
    public void Exit() => Interlocked.Decrement(ref Inside);

    /// <summary>Shuts the gate, and waits until nobody is inside; calls are short, so this yields.</summary>
    public void Shut()
    {
        _isShut = true;
        Interlocked.MemoryBarrier();
        for (int i = 0; i < Stripes; i++)
        {
            while (Interlocked.Read(ref _stripes[i].Inside) != 0)
            {
                Thread.Yield();
            }
        }
    }

    private ref long Inside => ref _stripes[Environment.CurrentManagedThreadId & (Stripes - 1)].Inside;

    /// <summary>A count with its line of memory to itself.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Inside;
    }
}

using System.Numerics;

namespace Henge.Storage.Regions;

/// <summary>
/// Memory for payloads too long for a slot of the arena. Sizes are rounded up to a power of two of addresses, but only
/// the 4 KiB pages that are needed become memory and count, so a payload is always contiguous and wastes less than a
/// page, and nothing is ever moved or merged.
/// <para>
/// To give pages back to the system and to be given others, zeroed, takes ten times as long as to fill them. So up to a
/// 64th of the memory is kept warm: freed, counted, and taken again by the next of about their size, as in a full cache
/// where each write evicts another. It goes when nobody took any for a second, and when the budget is overdrawn.
/// </para>
/// Thread safe.
/// </summary>
internal sealed unsafe class ExtentSpace : IDisposable
{
    /// <summary>What an extent's size is rounded up to when it is counted.</summary>
    public const int PageBytes = 4096;

    private const int SmallestLog2 = 15;
    private const int LargestLog2 = 31;
    private const int WarmShare = 64;
    private const long MostWarmBytes = 64L << 20;
    private const long IdleMs = 1000;
    private readonly MemoryBudget _budget;
    private readonly long _addressBytes;
    private readonly Lock _lock = new();
    private readonly ExtentClass?[] _classes = new ExtentClass?[LargestLog2 + 1];
    private long _warmBytes;
    private bool _warmWasTaken;
    private long _lookedMs;

    /// <summary>Creates an empty space.</summary>
    /// <param name="budget">Where its memory is counted.</param>
    /// <param name="addressBytes">Addresses to reserve for each power of two when it is first used.</param>
    public ExtentSpace(MemoryBudget budget, long addressBytes)
    {
        _budget = budget;
        _addressBytes = addressBytes;
    }

    /// <summary>Bytes that are counted and belong to no extent.</summary>
    public long WarmBytes => Volatile.Read(ref _warmBytes);

    /// <summary>Bytes counted for an extent of <paramref name="bytes"/> bytes.</summary>
    public static long CountedBytes(long bytes) => (bytes + PageBytes - 1) & -PageBytes;

    /// <summary>Whether an extent can change between the two sizes in place.</summary>
    public static bool SameClass(long bytes, long otherBytes) => ClassOf(bytes) == ClassOf(otherBytes);

    /// <summary>
    /// Takes an extent; null when the budget or the system refuses. The caller owns it until <see cref="Free"/>.
    /// Its content is undefined.
    /// </summary>
    public byte* TryTake(long bytes)
    {
        int log2 = ClassOf(bytes);
        if (log2 > LargestLog2)
        {
            return null;
        }
        long counted = CountedBytes(bytes);
        lock (_lock)
        {
            ExtentClass extents = _classes[log2] ??= new ExtentClass(1L << log2, _addressBytes);
            byte* warm = extents.TryTakeWarm(out long has);
            if (warm != null)
            {
                return TryFit(extents, warm, has, counted);
            }
            if (!_budget.TryTake(counted))
            {
                return null;
            }
            byte* extent = extents.TryTake(counted);
            if (extent == null)
            {
                _budget.Return(counted);
            }
            return extent;
        }
    }

    /// <summary>
    /// Changes the size of an extent in place, within its class (<see cref="SameClass"/>). The caller owns the extent.
    /// False when the budget or the system refuses; nothing changed then. Added bytes are undefined.
    /// </summary>
    public bool TryResize(byte* extent, long oldBytes, long newBytes)
    {
        long before = CountedBytes(oldBytes);
        long after = CountedBytes(newBytes);
        if (after > before)
        {
            if (!_budget.TryTake(after - before))
            {
                return false;
            }
            lock (_lock)
            {
                if (_classes[ClassOf(oldBytes)]!.TryExtend(extent, before, after))
                {
                    return true;
                }
            }
            _budget.Return(after - before);
            return false;
        }
        if (after < before)
        {
            lock (_lock)
            {
                _classes[ClassOf(oldBytes)]!.Discard(extent + after, before - after);
            }
            _budget.Return(before - after);
        }
        return true;
    }

    /// <summary>Gives an extent back: the pointer is dead.</summary>
    public void Free(byte* extent, long bytes)
    {
        long counted = CountedBytes(bytes);
        lock (_lock)
        {
            ExtentClass extents = _classes[ClassOf(bytes)]!;
            if (_warmBytes + counted <= Math.Min(_budget.Limit / WarmShare, MostWarmBytes))
            {
                extents.Keep(extent, counted);
                Volatile.Write(ref _warmBytes, _warmBytes + counted);
                return;
            }
            extents.Free(extent, counted);
        }
        _budget.Return(counted);
    }

    /// <summary>Gives back what is warm and was of no use for a second.</summary>
    public void Tick(long nowMs)
    {
        if (WarmBytes == 0 || (nowMs >= _lookedMs && nowMs - _lookedMs < IdleMs))
        {
            return;
        }
        _lookedMs = nowMs;
        lock (_lock)
        {
            if (!_warmWasTaken)
            {
                ReleaseWarm(long.MaxValue);
            }
            _warmWasTaken = false;
        }
    }

    /// <summary>Gives back at least so many bytes of what is warm, or all of it; false when nothing is.</summary>
    public bool TryReleaseWarm(long bytes = long.MaxValue)
    {
        if (WarmBytes == 0)
        {
            return false;
        }
        lock (_lock)
        {
            return ReleaseWarm(bytes);
        }
    }

    /// <summary>Gives all memory back; every extent is dead.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (ExtentClass? extents in _classes)
            {
                if (extents is not null)
                {
                    _budget.Return(extents.Clear());
                }
            }
            Volatile.Write(ref _warmBytes, 0);
        }
    }

    /// <summary>Gives all addresses back; every extent is dead.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ExtentClass? extents in _classes)
            {
                extents?.Dispose();
            }
        }
    }

    /// <summary>
    /// Makes a warm place that was just taken as long as it must be; null, and it is warm again, when the budget or the
    /// system refuses.
    /// </summary>
    private byte* TryFit(ExtentClass extents, byte* extent, long has, long counted)
    {
        if (has < counted)
        {
            if (!_budget.TryTake(counted - has))
            {
                extents.Keep(extent, has);
                return null;
            }
            if (!extents.TryExtend(extent, has, counted))
            {
                _budget.Return(counted - has);
                extents.Keep(extent, has);
                return null;
            }
        }
        else if (has > counted)
        {
            extents.Discard(extent + counted, has - counted);
            _budget.Return(has - counted);
        }
        Volatile.Write(ref _warmBytes, _warmBytes - has);
        _warmWasTaken = true;
        return extent;
    }

    private bool ReleaseWarm(long bytes)
    {
        long released = 0;
        foreach (ExtentClass? extents in _classes)
        {
            byte* warm;
            while (released < bytes && extents is not null && (warm = extents.TryTakeWarm(out long has)) != null)
            {
                extents.Free(warm, has);
                _budget.Return(has);
                Volatile.Write(ref _warmBytes, _warmBytes - has);
                released += has;
            }
        }
        return released > 0;
    }

    private static int ClassOf(long bytes) =>
        Math.Max(SmallestLog2, 64 - BitOperations.LeadingZeroCount((ulong)bytes - 1));
}

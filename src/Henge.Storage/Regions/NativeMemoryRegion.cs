namespace Henge.Storage.Regions;

/// <summary>
/// One contiguous range of reserved addresses that becomes memory piece by piece, so that tables grow without moving.
/// Reserving costs addresses only. The region owns its memory until it is disposed; who uses its address must hold
/// the region alive. Not thread safe: its owner's lock guards it.
/// </summary>
internal sealed unsafe class NativeMemoryRegion : IDisposable
{
    /// <summary>Size and alignment of a large page; commits are made in this step.</summary>
    public const long LargePageBytes = 2L << 20;

    private readonly byte* _reservation;
    private readonly long _reservedBytes;
    private readonly long _largePagesFrom;
    private readonly bool _alwaysReadable;
    private long _committed;
    private bool _disposed;

    /// <summary>Reserves addresses.</summary>
    /// <param name="bytes">Size; rounded up to a whole large page.</param>
    /// <param name="largePagesFrom">Offset from which large pages are asked for. Below it a touch costs 4 KiB, so that
    /// a small table stays small; <see cref="long.MaxValue"/> never asks.</param>
    /// <param name="stagger">How far, in whole 64 KiB, the first byte lies behind a large page's start. Regions that
    /// fill
    /// at one pace then do not all begin a large page at one time, and what is touched but unused stays even.</param>
    /// <param name="alwaysReadable">Whether discarded ranges may still be read by a racing reader.</param>
    /// <exception cref="InsufficientMemoryException">The system refused the addresses.</exception>
    public NativeMemoryRegion(
        long bytes, long largePagesFrom = long.MaxValue, long stagger = 0, bool alwaysReadable = false)
    {
        Bytes = RoundUp(bytes);
        _largePagesFrom = largePagesFrom;
        _alwaysReadable = alwaysReadable;
        _reservedBytes = Bytes + (2 * LargePageBytes);
        _reservation = OperatingSystem.IsWindows()
            ? WindowsMemory.Reserve(_reservedBytes)
            : UnixMemory.Reserve(_reservedBytes);
        if (_reservation == null)
        {
            throw new InsufficientMemoryException(
                $"The system refused to reserve {_reservedBytes} bytes of addresses for the store.");
        }
        Address = (byte*)(RoundUp((long)_reservation) + stagger);
    }

    /// <summary>First byte.</summary>
    public byte* Address { get; }

    /// <summary>Reserved size.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Makes a range usable; what it holds is undefined unless it was never used before (then zero).
    /// False when it lies beyond the region or the system has no memory; nothing changed then.
    /// </summary>
    public bool TryCommit(long offset, long bytes)
    {
        long end = offset + bytes;
        if (end > Bytes)
        {
            return false;
        }
        if (OperatingSystem.IsWindows())
        {
            return _alwaysReadable && end <= _committed || TryCommitOnWindows(offset, bytes);
        }
        return end <= _committed || TryCommitTo(end);
    }

    /// <summary>Gives the memory of a range back to the system and keeps the addresses.</summary>
    public void Discard(long offset, long bytes)
    {
        if (bytes <= 0)
        {
            return;
        }
        if (!OperatingSystem.IsWindows())
        {
            UnixMemory.Discard(Address + offset, bytes);
        }
        else if (!_alwaysReadable)
        {
            WindowsMemory.Decommit(Address + offset, bytes);
        }
    }

    /// <summary>Gives memory and addresses back.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    ~NativeMemoryRegion() => Release();

    private bool TryCommitOnWindows(long offset, long bytes)
    {
        if (!WindowsMemory.TryCommit(Address + offset, bytes))
        {
            return false;
        }
        _committed = Math.Max(_committed, offset + bytes);
        return true;
    }

    private bool TryCommitTo(long end)
    {
        end = Math.Min(RoundUp((long)Address + end) - (long)Address, Bytes);
        if (!UnixMemory.TryCommit(Address + _committed, end - _committed))
        {
            return false;
        }
        long small = _largePagesFrom == long.MaxValue ? end : RoundUp((long)Address + _largePagesFrom) - (long)Address;
        small = Math.Clamp(small, _committed, end);
        UnixMemory.AdviseLargePages(Address + _committed, small - _committed, wanted: false);
        UnixMemory.AdviseLargePages(Address + small, end - small, wanted: true);
        _committed = end;
        return true;
    }

    private static long RoundUp(long address) => (address + LargePageBytes - 1) & -LargePageBytes;

    private void Release()
    {
        if (_disposed || _reservation == null)
        {
            return;
        }
        _disposed = true;
        if (OperatingSystem.IsWindows())
        {
            WindowsMemory.Release(_reservation);
        }
        else
        {
            UnixMemory.Release(_reservation, _reservedBytes);
        }
    }
}

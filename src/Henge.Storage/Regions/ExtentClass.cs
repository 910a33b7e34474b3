namespace Henge.Storage.Regions;

/// <summary>
/// The extents of one power-of-two size: a region cut into equal places, with a free list beside it (not in it, since
/// a freed place has no memory), and a list of warm places, which are free and have kept theirs. Guarded by the lock
/// of its <see cref="ExtentSpace"/>.
/// </summary>
internal sealed unsafe class ExtentClass : IDisposable
{
    private readonly long _placeBytes;
    private readonly NativeMemoryRegion _places;
    private readonly NativeMemoryRegion _links;
    private uint _firstFree;
    private uint _firstWarm;
    private uint _used;
    private long _counted;

    /// <summary>Reserves at least <paramref name="addressBytes"/> for places of the given size.</summary>
    public ExtentClass(long placeBytes, long addressBytes)
    {
        _placeBytes = placeBytes;
        long count = Math.Max(4, addressBytes / placeBytes);
        _places = new NativeMemoryRegion(count * placeBytes);
        _links = new NativeMemoryRegion((count + 1) * sizeof(uint));
    }

    /// <summary>Takes a place and commits its first bytes; null when there is none. The caller owns it.</summary>
    public byte* TryTake(long committedBytes)
    {
        uint place = _firstFree != 0 ? _firstFree : _used + 1;
        long offset = (place - 1) * _placeBytes;
        if (!_links.TryCommit(0, (place + 1L) * sizeof(uint)) || !_places.TryCommit(offset, committedBytes))
        {
            return null;
        }
        if (_firstFree != 0)
        {
            _firstFree = Links[place];
        }
        else
        {
            _used = place;
        }
        _counted += committedBytes;
        return _places.Address + offset;
    }

    /// <summary>
    /// Takes the place that became warm last; null when none is. The caller owns it.
    /// </summary>
    /// <param name="committedBytes">What of it is committed.</param>
    public byte* TryTakeWarm(out long committedBytes)
    {
        committedBytes = 0;
        if (_firstWarm == 0)
        {
            return null;
        }
        byte* extent = _places.Address + ((_firstWarm - 1) * _placeBytes);
        _firstWarm = Links[_firstWarm];
        committedBytes = *(long*)extent;
        return extent;
    }

    /// <summary>Gives a place back with its memory: the pointer is dead, the bytes stay counted.</summary>
    public void Keep(byte* extent, long committedBytes)
    {
        *(long*)extent = committedBytes;
        uint place = PlaceOf(extent);
        Links[place] = _firstWarm;
        _firstWarm = place;
    }

    /// <summary>Commits more of a place that the caller owns.</summary>
    public bool TryExtend(byte* extent, long before, long after)
    {
        if (!_places.TryCommit(extent - _places.Address, after))
        {
            return false;
        }
        _counted += after - before;
        return true;
    }

    /// <summary>Gives memory of a place that the caller owns back.</summary>
    public void Discard(byte* from, long bytes)
    {
        _places.Discard(from - _places.Address, bytes);
        _counted -= bytes;
    }

    /// <summary>Gives a place back: the pointer is dead.</summary>
    public void Free(byte* extent, long bytes)
    {
        Discard(extent, bytes);
        uint place = PlaceOf(extent);
        Links[place] = _firstFree;
        _firstFree = place;
    }

    /// <summary>
    /// Gives the memory of all places back; every pointer is dead. Returns the bytes that were committed.
    /// </summary>
    public long Clear()
    {
        long counted = _counted;
        _places.Discard(0, _used * _placeBytes);
        _firstFree = _firstWarm = _used = 0;
        _counted = 0;
        return counted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _links.Dispose();
    }

    private uint PlaceOf(byte* extent) => (uint)((extent - _places.Address) / _placeBytes) + 1;

    private uint* Links => (uint*)_links.Address;
}

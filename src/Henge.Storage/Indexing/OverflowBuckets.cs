namespace Henge.Storage.Indexing;

/// <summary>
/// The buckets that go on with full ones, numbered from 1, with a list of the free ones in their links.
/// The shard's lock guards it.
/// </summary>
internal sealed class OverflowBuckets : IDisposable
{
    private readonly BucketSpace _space;
    private uint _firstFree;
    private uint _freeCount;
    private uint _used;

    /// <summary>Creates the free list of a space that is still empty and is owned from now on.</summary>
    public OverflowBuckets(BucketSpace space) => _space = space;

    /// <summary>Bytes counted.</summary>
    public long Bytes => _space.Bytes;

    /// <summary>A bucket in use.</summary>
    public BucketRef this[uint number] => _space[number];

    /// <summary>Makes sure that <paramref name="count"/> buckets can be taken; false when the budget refuses.</summary>
    public bool TryReserve(uint count) => _freeCount >= count || _space.TryReach(_used + count - _freeCount);

    /// <summary>Takes an empty bucket that was reserved.</summary>
    public uint Take()
    {
        uint number = _firstFree;
        if (number != 0)
        {
            _firstFree = _space[number].Link;
            _freeCount--;
        }
        else
        {
            number = ++_used;
        }
        _space[number].Reset();
        return number;
    }

    /// <summary>Gives a bucket back.</summary>
    public void Free(uint number)
    {
        _space[number].Link = _firstFree;
        _firstFree = number;
        _freeCount++;
    }

    /// <summary>Gives back all buckets that go on with one.</summary>
    public void FreeChain(BucketRef bucket)
    {
        uint link = bucket.Link;
        while (link != 0)
        {
            uint next = _space[link].Link;
            Free(link);
            link = next;
        }
    }

    /// <summary>Forgets all buckets.</summary>
    public void Clear()
    {
        _space.Clear();
        _firstFree = _freeCount = _used = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _space.Dispose();
}

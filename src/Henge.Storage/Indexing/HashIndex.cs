using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

using Henge.Storage.Arenas;

namespace Henge.Storage.Indexing;

/// <summary>
/// From keys to handles for one shard, by linear hashing (Litwin, VLDB 1980): the table grows by splitting one bucket
/// at a time, in order, and shrinks by merging the last one back, so it is never rebuilt and costs a constant 8 to 9
/// bytes an entry. A lookup reads one cache line of tags and, nearly always, only the entry it wants.
/// Of a hash, the low bits choose the shard, the next ones the bucket, the top byte is the tag.
/// The shard's lock guards it; only <see cref="Prefetch"/> and <see cref="PrefetchEntry"/> race, and read hints.
/// </summary>
internal sealed unsafe class HashIndex : IDisposable
{
    /// <summary>Bits of a hash that order a scan.</summary>
    public const int ScanBits = 40;

    // 70 % of the 12 places, and a merge well below, so that no load splits and merges in turn.
    private const int GrowEntriesPerTenBuckets = 84;
    private const int ShrinkEntriesPerTenBuckets = 36;
    private readonly Arena _arena;
    private readonly KeyHasher _hasher;
    private readonly int _shardBits;
    private readonly BucketSpace _main;
    private readonly OverflowBuckets _overflow;
    private uint _lowMask;
    private uint _bucketCount;

    /// <summary>Creates an empty index.</summary>
    /// <exception cref="InsufficientMemoryException">The budget is too small for its first buckets.</exception>
    public HashIndex(Arena arena, KeyHasher hasher, int shardBits, BucketSpace main, BucketSpace overflow)
    {
        _arena = arena;
        _hasher = hasher;
        _shardBits = shardBits;
        _main = main;
        _overflow = new OverflowBuckets(overflow);
        Clear();
    }

    /// <summary>Entries held.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that count in the budget.</summary>
    public long Bytes => _main.Bytes + _overflow.Bytes;

    /// <summary>Buckets of the table, overflow aside.</summary>
    public uint BucketCount => _bucketCount;

    /// <summary>Finds the entry of a key; 0 when there is none.</summary>
    public uint Find(ulong hash, ReadOnlySpan<byte> key)
    {
        byte tag = TagOf(hash);
        BucketRef bucket = _main[BucketOf(hash)];
        while (true)
        {
            for (uint matches = bucket.Matches(tag); matches != 0; matches &= matches - 1)
            {
                uint handle = bucket.Handle(BitOperations.TrailingZeroCount(matches));
                if (_arena[handle].HasKey(key))
                {
                    return handle;
                }
            }
            if (bucket.Link == 0)
            {
                return 0;
            }
            bucket = _overflow[bucket.Link];
        }
    }

    /// <summary>Finds an entry of whose key the hash alone is known; 0 when there is none.</summary>
    public uint Find(ulong hash)
    {
        BucketRef bucket = _main[BucketOf(hash)];
        while (true)
        {
            for (uint matches = bucket.Matches(TagOf(hash)); matches != 0; matches &= matches - 1)
            {
                uint handle = bucket.Handle(BitOperations.TrailingZeroCount(matches));
                if (_hasher.Hash(_arena[handle].Key) == hash)
                {
                    return handle;
                }
            }
            if (bucket.Link == 0)
            {
                return 0;
            }
            bucket = _overflow[bucket.Link];
        }
    }

    /// <summary>Makes sure that one <see cref="Insert"/> will find room; false when the budget refuses it.</summary>
    public bool TryReserve()
    {
        if ((Count + 1) * 10 > (long)_bucketCount * GrowEntriesPerTenBuckets && !TrySplit())
        {
            return false;
        }
        return _overflow.TryReserve(1);
    }

    /// <summary>Adds an entry that is not there, after <see cref="TryReserve"/>.</summary>
    public void Insert(ulong hash, uint handle)
    {
        Append(_main[BucketOf(hash)], TagOf(hash), handle);
        Count++;
    }

    /// <summary>Takes an entry out. It must be there.</summary>
    public void Remove(ulong hash, uint handle)
    {
        BucketRef bucket = _main[BucketOf(hash)];
        (BucketRef at, int place) = Locate(bucket, hash, handle);
        at.Clear(place);
        Count--;
        if (bucket.Link != 0)
        {
            FillFromChain(bucket, at, place);
        }
    }

    /// <summary>Gives an entry, which must be there, a new handle.</summary>
    public void Replace(ulong hash, uint oldHandle, uint newHandle)
    {
        (BucketRef at, int place) = Locate(_main[BucketOf(hash)], hash, oldHandle);
        at.Handle(place) = newHandle;
    }

    /// <summary>Merges a bucket or two back when the table is sparse: call it after entries went for good.</summary>
    public void Shrink()
    {
        for (int i = 0; i < 2 && Count * 10 < (long)_bucketCount * ShrinkEntriesPerTenBuckets; i++)
        {
            if (_bucketCount <= BucketSpace.ChunkBuckets || !TryMerge())
            {
                return;
            }
        }
    }

    /// <summary>Hints that the bucket of a hash is wanted soon. Takes no lock.</summary>
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_main.AddressOf(BucketOf(hash)));
        }
    }

    /// <summary>
    /// Hints that the entry of a hash is wanted soon. Takes no lock: it may read a bucket while it changes, and then
    /// hints at the wrong place, nothing more. Buckets stay readable for the life of the index.
    /// </summary>
    public void PrefetchEntry(ulong hash)
    {
        if (!Sse.IsSupported)
        {
            return;
        }
        BucketRef bucket = _main[BucketOf(hash)];
        uint matches = bucket.Matches(TagOf(hash));
        if (matches != 0)
        {
            byte* entry = _arena.AddressOf(bucket.Handle(BitOperations.TrailingZeroCount(matches)));
            Sse.Prefetch0(entry);
            Sse.Prefetch0(entry + BucketRef.Bytes);
            Sse.Prefetch0(entry + (2 * BucketRef.Bytes));
        }
    }

    /// <summary>
    /// Puts the handles of the bucket at a position of the scan order into <paramref name="handles"/> and moves the
    /// position behind it (2^<see cref="ScanBits"/> at the end). The order is that of the bucket number's bits
    /// reversed:
    /// each bucket covers one interval of it, a split halves the interval, a merge joins two, so a scan that goes on
    /// from a position misses nothing that was there all along.
    /// </summary>
    public void ReadBucketAt(ref ulong position, ref HandleBuffer handles)
    {
        ulong bits = Reverse(position);
        uint number = NumberOf(bits);
        // A bucket that was split this round, or made by a split, is told apart by one bit more.
        int depth = BitOperations.PopCount(_lowMask);
        if (number > _lowMask || number + _lowMask + 1 < _bucketCount)
        {
            depth++;
        }
        Read(number, ref handles);
        position = (position | ((1UL << (ScanBits - depth)) - 1)) + 1;
    }

    /// <summary>Puts the handles of bucket <paramref name="number"/> into <paramref name="handles"/>.</summary>
    public void Read(uint number, ref HandleBuffer handles)
    {
        handles.Clear();
        BucketRef bucket = _main[number];
        while (true)
        {
            for (uint used = bucket.Used; used != 0; used &= used - 1)
            {
                handles.Add(bucket.Handle(BitOperations.TrailingZeroCount(used)));
            }
            if (bucket.Link == 0)
            {
                return;
            }
            bucket = _overflow[bucket.Link];
        }
    }

    /// <summary>Forgets every entry and gives memory beyond the first buckets back.</summary>
    public void Clear()
    {
        _main.Clear();
        _overflow.Clear();
        Count = 0;
        _lowMask = BucketSpace.ChunkBuckets - 1;
        if (!_main.TryReach(BucketSpace.ChunkBuckets - 1))
        {
            throw new InsufficientMemoryException("The memory limit is too small for the store's index.");
        }
        for (uint number = 0; number < BucketSpace.ChunkBuckets; number++)
        {
            _main[number].Reset();
        }
        Volatile.Write(ref _bucketCount, BucketSpace.ChunkBuckets);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _main.Dispose();
        _overflow.Dispose();
    }

    private static byte TagOf(ulong hash) => (byte)Math.Max(1, hash >> 56);

    private static ulong Reverse(ulong position)
    {
        ulong v = position;
        v = v >> 1 & 0x5555555555555555 | (v & 0x5555555555555555) << 1;
        v = v >> 2 & 0x3333333333333333 | (v & 0x3333333333333333) << 2;
        v = v >> 4 & 0x0F0F0F0F0F0F0F0F | (v & 0x0F0F0F0F0F0F0F0F) << 4;
        return BinaryPrimitives.ReverseEndianness(v) >> (64 - ScanBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint BucketOf(ulong hash) => NumberOf(hash >> _shardBits);

    private uint NumberOf(ulong bits)
    {
        uint lowMask = _lowMask;
        var number = (uint)(bits & ((ulong)lowMask << 1 | 1));
        return number < _bucketCount ? number : number & lowMask;
    }

    private (BucketRef Bucket, int Place) Locate(BucketRef bucket, ulong hash, uint handle)
    {
        byte tag = TagOf(hash);
        while (true)
        {
            for (uint matches = bucket.Matches(tag); matches != 0; matches &= matches - 1)
            {
                int place = BitOperations.TrailingZeroCount(matches);
                if (bucket.Handle(place) == handle)
                {
                    return (bucket, place);
                }
            }
            bucket = bucket.Link != 0
                ? _overflow[bucket.Link]
                : throw new UnreachableException("An entry is missing in the index.");
        }
    }

    private void Append(BucketRef bucket, byte tag, uint handle)
    {
        while (true)
        {
            int place = bucket.FirstFree;
            if (place < BucketRef.Places)
            {
                bucket.Put(place, tag, handle);
                return;
            }
            if (bucket.Link == 0)
            {
                bucket.Link = _overflow.Take();
            }
            bucket = _overflow[bucket.Link];
        }
    }

    /// <summary>
    /// Fills a place just freed from the end of the chain, so that chains hold no gaps and end early.
    /// </summary>
    private void FillFromChain(BucketRef first, BucketRef gapBucket, int gap)
    {
        BucketRef before = first;
        BucketRef last = _overflow[first.Link];
        while (last.Link != 0)
        {
            before = last;
            last = _overflow[last.Link];
        }
        uint used = last.Used;
        if (used != 0)
        {
            int place = 31 - BitOperations.LeadingZeroCount(used);
            byte tag = last.Tag(place);
            uint handle = last.Handle(place);
            last.Clear(place);
            gapBucket.Put(gap, tag, handle);
        }
        if (last.Used == 0)
        {
            _overflow.Free(before.Link);
            before.Link = 0;
        }
    }

    private bool TrySplit()
    {
        uint made = _bucketCount;
        uint split = made - (_lowMask + 1);
        // The chain is taken apart and dealt out again; both halves together need at most one bucket more than it had.
        if (made >= uint.MaxValue / 2 || !_main.TryReach(made) || !_overflow.TryReserve(2))
        {
            return false;
        }
        var handles = new HandleBuffer();
        Read(split, ref handles);
        foreach (uint handle in handles.Span)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(_arena.AddressOf(handle));
            }
        }
        _overflow.FreeChain(_main[split]);
        _main[split].Reset();
        _main[made].Reset();
        foreach (uint handle in handles.Span)
        {
            ulong hash = _hasher.Hash(_arena[handle].Key);
            bool moves = (hash >> _shardBits & (_lowMask + 1)) != 0;
            Append(_main[moves ? made : split], TagOf(hash), handle);
        }
        if (split == _lowMask)
        {
            // The order matters to a racing hint: the count may be ahead of the mask, never behind it.
            Volatile.Write(ref _bucketCount, made + 1);
            Volatile.Write(ref _lowMask, (_lowMask << 1) | 1);
        }
        else
        {
            Volatile.Write(ref _bucketCount, made + 1);
        }
        return true;
    }

    private bool TryMerge()
    {
        uint last = _bucketCount - 1;
        uint lowMask = last == _lowMask ? _lowMask >> 1 : _lowMask;
        uint into = last & lowMask;
        BucketRef from = _main[last];
        if (!_overflow.TryReserve(2) || from.Link != 0)
        {
            return false;
        }
        _lowMask = lowMask;
        _bucketCount = last;
        for (uint used = from.Used; used != 0; used &= used - 1)
        {
            int place = BitOperations.TrailingZeroCount(used);
            Append(_main[into], from.Tag(place), from.Handle(place));
        }
        _main.Retreat(last);
        return true;
    }
}

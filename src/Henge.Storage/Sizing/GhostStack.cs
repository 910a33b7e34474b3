using System.Numerics;
using System.Runtime.CompilerServices;

namespace Henge.Storage.Sizing;

/// <summary>
/// LRU caches of several sizes in one list, over sampled keys without values. What a cache of one size holds, a larger
/// one holds too (Mattson et al., 1970), so the list is cut into one queue for each size: queue n has what size n holds
/// and size n - 1 does not. A use puts a key at the head of the first queue, and what no longer fits is passed from
/// each tail to the next head, behind the last out of the table. A deletion leaves a hole in every size, as it does in
/// a cache. Cost: one look-up and a step for each size. The shard's lock guards it.
/// </summary>
internal sealed class GhostStack
{
    /// <summary>Bytes that each place takes: the ghost, and its part of the table of chains.</summary>
    public const int BytesPerPlace = 24 + (2 * sizeof(ushort));

    /// <summary>Most places: links are 16 bits.</summary>
    public const int MostPlaces = ushort.MaxValue - 1;

    private readonly Ghost[] _ghosts;
    private readonly ushort[] _chains;
    private readonly long[] _capacities = new long[SizeFactors.Count];
    private Queues _queues;
    private double _rate = 1;
    private ushort _free;

    /// <summary>Creates an empty stack with so many places; no size holds anything yet.</summary>
    public GhostStack(int places)
    {
        _ghosts = new Ghost[places + 1];
        _chains = places == 0 ? [] : new ushort[BitOperations.RoundUpToPowerOf2((uint)places)];
        Clear();
    }

    /// <summary>Keys remembered.</summary>
    public int Count { get; private set; }

    /// <summary>Places in all.</summary>
    public int Places => _ghosts.Length - 1;

    /// <summary>Bytes that the keys of one queue take.</summary>
    public long BytesOf(int size) => _queues[size].Bytes;

    /// <summary>The place of a key; 0 when it is not remembered.</summary>
    public int Find(ulong hash)
    {
        int ghost = _chains[ChainOf(hash)];
        while (ghost != 0 && _ghosts[ghost].Hash != hash)
        {
            ghost = _ghosts[ghost].Next;
        }
        return ghost;
    }

    /// <summary>What is at a place.</summary>
    public ref Ghost this[int ghost] => ref _ghosts[ghost];

    /// <summary>Sets how many bytes of sampled keys each size holds, and which part of all keys is sampled.</summary>
    public void SetCapacities(ReadOnlySpan<long> bytes, double rate)
    {
        _rate = rate;
        for (int size = 0; size < bytes.Length; size++)
        {
            _capacities[size] = (long)(bytes[size] * rate);
        }
        Settle();
    }

    /// <summary>Takes a key in, as used just now; false when there is no place.</summary>
    public bool TryAdd(ulong hash, uint bytes, uint expiresAtS)
    {
        ushort place = _free;
        if (place == 0)
        {
            return false;
        }
        ref Ghost ghost = ref _ghosts[place];
        _free = ghost.Next;
        ref ushort chain = ref _chains[ChainOf(hash)];
        ghost = new Ghost { Hash = hash, Bytes = bytes, ExpiresAtS = expiresAtS, Next = chain };
        chain = place;
        Count++;
        Link(place, 0);
        Settle();
        return true;
    }

    /// <summary>A key was used, or written with a new size: it is the most recently used.</summary>
    public void Use(int ghost, uint bytes, uint expiresAtS)
    {
        ref Ghost used = ref _ghosts[ghost];
        bool isNewest = _queues[0].Newest == ghost && used.Bytes == bytes;
        used.ExpiresAtS = expiresAtS;
        if (isNewest)
        {
            return;
        }
        Unlink(ghost);
        used.Bytes = bytes;
        Link(ghost, 0);
        Settle();
    }

    /// <summary>
    /// A key was asked for that only the larger sizes hold, and nobody has written it again yet: it is the most
    /// recently used of what they have beyond the smaller.
    /// </summary>
    public void UseInItsSize(int ghost)
    {
        int size = _ghosts[ghost].Size;
        Unlink(ghost);
        Link(ghost, size);
    }

    /// <summary>A key went.</summary>
    public void Remove(int ghost)
    {
        Unlink(ghost);
        ref ushort at = ref _chains[ChainOf(_ghosts[ghost].Hash)];
        while (at != ghost)
        {
            at = ref _ghosts[at].Next;
        }
        at = _ghosts[ghost].Next;
        _ghosts[ghost].Size = Ghost.Free;
        _ghosts[ghost].Next = _free;
        _free = (ushort)ghost;
        Count--;
    }

    /// <summary>Forgets the keys whose hash is not below a bound.</summary>
    public void DropFrom(ulong bound)
    {
        for (int ghost = 1; ghost < _ghosts.Length; ghost++)
        {
            if (_ghosts[ghost].Size != Ghost.Free && _ghosts[ghost].Hash >= bound)
            {
                Remove(ghost);
            }
        }
    }

    /// <summary>Forgets the keys among <paramref name="count"/> places from one on whose deadline has passed.</summary>
    /// <returns>The place to go on from.</returns>
    public int DropExpired(int from, int count, long nowS)
    {
        for (; count > 0 && Count > 0; count--, from++)
        {
            from = from < 1 || from >= _ghosts.Length ? 1 : from;
            if (_ghosts[from].Size != Ghost.Free && _ghosts[from].ExpiresAtS is not 0 and var end && end <= nowS)
            {
                Remove(from);
            }
        }
        return from;
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        Array.Clear(_chains);
        _queues = default;
        for (int ghost = 1; ghost < _ghosts.Length; ghost++)
        {
            _ghosts[ghost].Size = Ghost.Free;
            _ghosts[ghost].Next = (ushort)(ghost + 1 < _ghosts.Length ? ghost + 1 : 0);
        }
        _free = (ushort)(_ghosts.Length > 1 ? 1 : 0);
        Count = 0;
    }

    // The low bits chose the shard, and a sampled hash has none of the high ones.
    private int ChainOf(ulong hash) => (int)(hash >> 8) & (_chains.Length - 1);

    /// <summary>Passes on what does not fit a size any more.</summary>
    private void Settle()
    {
        long held = 0;
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            held += _queues[size].Bytes;
            while (held > _capacities[size] && _queues[size].Oldest is var oldest and not 0)
            {
                // A key stands for others of its size, but a cache of the real size would hold it once: it goes when
                // what is before it, and that one entry, do not fit.
                uint bytes = _ghosts[oldest].Bytes;
                if (held - bytes + (long)(bytes * _rate) <= _capacities[size])
                {
                    break;
                }
                held -= bytes;
                if (size + 1 < SizeFactors.Count)
                {
                    Unlink(oldest);
                    Link(oldest, size + 1);
                }
                else
                {
                    Remove(oldest);
                }
            }
        }
    }

    private void Link(int place, int size)
    {
        ref Queue queue = ref _queues[size];
        ref Ghost ghost = ref _ghosts[place];
        ghost.Size = (byte)size;
        ghost.Newer = 0;
        ghost.Older = queue.Newest;
        if (queue.Newest != 0)
        {
            _ghosts[queue.Newest].Newer = (ushort)place;
        }
        else
        {
            queue.Oldest = (ushort)place;
        }
        queue.Newest = (ushort)place;
        queue.Bytes += ghost.Bytes;
    }

    private void Unlink(int place)
    {
        ref Ghost ghost = ref _ghosts[place];
        ref Queue queue = ref _queues[ghost.Size];
        if (ghost.Newer != 0)
        {
            _ghosts[ghost.Newer].Older = ghost.Older;
        }
        else
        {
            queue.Newest = ghost.Older;
        }
        if (ghost.Older != 0)
        {
            _ghosts[ghost.Older].Newer = ghost.Newer;
        }
        else
        {
            queue.Oldest = ghost.Newer;
        }
        queue.Bytes -= ghost.Bytes;
    }

    private struct Queue
    {
        public long Bytes;
        public ushort Newest;
        public ushort Oldest;
    }

    [InlineArray(SizeFactors.Count)]
    private struct Queues
    {
        private Queue _first;
    }
}

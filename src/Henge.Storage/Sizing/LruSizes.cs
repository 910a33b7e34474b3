using System.Runtime.CompilerServices;

namespace Henge.Storage.Sizing;

/// <summary>
/// LRU caches of several sizes in one list. What a cache of one size holds, a larger one holds too (Mattson et al.,
/// 1970), so the list is cut into one queue for each size: queue n has what size n holds and size n - 1 does not. A
/// use puts a key at the head of the first queue, and what no longer fits is passed from each tail to the next head,
/// behind the last out of the table. A deletion leaves a hole in every size, as it does in a cache. Cost: one look-up
/// and a step for each size.
/// </summary>
internal sealed class LruSizes : ISizeModel
{
    private readonly KeyTable<State> _keys;
    private readonly long[] _capacities = new long[SizeFactors.Count];
    private Queues _queues;
    private double _rate = 1;

    /// <summary>Creates it with tables of so many bytes; no size holds anything yet.</summary>
    public LruSizes(long bytes) => _keys = new KeyTable<State>(
        (int)Math.Min(bytes / KeyTable<State>.BytesPerPlace, KeyTable<State>.MostPlaces));

    /// <inheritdoc/>
    public int Places => _keys.Places;

    /// <inheritdoc/>
    public int Count => _keys.Count;

    /// <inheritdoc/>
    public void Prefetch(ReadOnlySpan<Sample> samples)
    {
        _keys.Prefetch(samples);
        foreach (ref readonly Sample sample in samples)
        {
            if (_keys.Find(sample.Hash) is var key and not 0)
            {
                _keys.Prefetch(_keys.State(key).Newer);
                _keys.Prefetch(_keys.State(key).Older);
            }
        }
    }

    /// <inheritdoc/>
    public int Find(ulong hash) => _keys.Find(hash);

    /// <inheritdoc/>
    public ref readonly SampledKey KeyAt(int place) => ref _keys[place];

    /// <inheritdoc/>
    public uint SizesWith(int key) => ((1u << SizeFactors.Count) - 1) & (~0u << _keys.State(key).Size);

    /// <inheritdoc/>
    public void SetCapacities(ReadOnlySpan<long> bytes, double rate)
    {
        _rate = rate;
        for (int size = 0; size < bytes.Length; size++)
        {
            _capacities[size] = (long)(bytes[size] * rate);
        }
        Settle();
    }

    /// <inheritdoc/>
    public bool TryAdd(in Sample sample)
    {
        int key = _keys.Add(in sample);
        if (key == 0)
        {
            return false;
        }
        Link(key, 0);
        Settle();
        return true;
    }

    /// <inheritdoc/>
    public void Use(int key, in Sample sample)
    {
        ref SampledKey used = ref _keys[key];
        used.ExpiresAtS = sample.ExpiresAtS;
        if (_queues[0].Newest == key && used.Bytes == sample.Bytes)
        {
            return;
        }
        Unlink(key);
        used.Bytes = sample.Bytes;
        Link(key, 0);
        Settle();
    }

    /// <summary>It is the most recently used of what the sizes that hold it have beyond the smaller.</summary>
    public void Miss(int key)
    {
        int size = _keys.State(key).Size;
        Unlink(key);
        Link(key, size);
    }

    /// <inheritdoc/>
    public void Remove(int key)
    {
        Unlink(key);
        _keys.Remove(key);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _keys.Clear();
        _queues = default;
    }

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
                uint bytes = _keys[oldest].Bytes;
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

    private void Link(int key, int size)
    {
        ref Queue queue = ref _queues[size];
        ref State state = ref _keys.State(key);
        state.Size = (byte)size;
        state.Newer = 0;
        state.Older = queue.Newest;
        if (queue.Newest != 0)
        {
            _keys.State(queue.Newest).Newer = (ushort)key;
        }
        else
        {
            queue.Oldest = (ushort)key;
        }
        queue.Newest = (ushort)key;
        queue.Bytes += _keys[key].Bytes;
    }

    private void Unlink(int key)
    {
        ref State state = ref _keys.State(key);
        ref Queue queue = ref _queues[state.Size];
        if (state.Newer != 0)
        {
            _keys.State(state.Newer).Older = state.Older;
        }
        else
        {
            queue.Newest = state.Older;
        }
        if (state.Older != 0)
        {
            _keys.State(state.Older).Newer = state.Newer;
        }
        else
        {
            queue.Oldest = state.Newer;
        }
        queue.Bytes -= _keys[key].Bytes;
    }

    /// <summary>The smallest size that holds a key, and its neighbours in the queue of that size.</summary>
    private struct State
    {
        public ushort Newer;
        public ushort Older;
        public byte Size;
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

using System.Runtime.CompilerServices;

namespace Henge.Storage.Sizing;

/// <summary>
/// S3-FIFO caches of several sizes, each simulated for itself (miniature simulations, Waldspurger et al., ATC 2017),
/// since a larger one need not hold what a smaller one does. They share the sampled keys: a key has its hash and size
/// once, and for each size its neighbours and two bits of uses. The rules are those of
/// <see cref="Eviction.S3FifoOrder"/>. A use that every size finds touches the key alone.
/// </summary>
internal sealed class S3FifoSizes : ISizeModel
{
    private const int SmallShare = 10;
    private const int MostUses = 3;
    private const int UsesToStay = 2;

    // A size may remember as many evicted keys as it has entries; a third more, as buckets do not fill evenly.
    private const double EvictedPerPlace = 4.0 / 3;
    private readonly KeyTable<State> _keys;
    private readonly EvictedKeys[] _evicted = new EvictedKeys[SizeFactors.Count];
    private readonly long[] _capacities = new long[SizeFactors.Count];
    private Sizes _sizes;
    private double _rate = 1;

    /// <summary>Creates it with tables of so many bytes; no size holds anything yet.</summary>
    public S3FifoSizes(long bytes)
    {
        double largest = SizeFactors.All[^1];
        double evicted = 0;
        foreach (double factor in SizeFactors.All)
        {
            evicted += EvictedPerPlace * factor / largest;
        }
        double each = KeyTable<State>.BytesPerPlace + (evicted * sizeof(uint));
        _keys = new KeyTable<State>((int)Math.Min(bytes / each, KeyTable<State>.MostPlaces));
        for (int size = 0; size < _evicted.Length; size++)
        {
            _evicted[size] = new EvictedKeys((int)(Places * EvictedPerPlace * SizeFactors.All[size] / largest));
        }
    }

    /// <inheritdoc/>
    public int Places => _keys.Places;

    /// <inheritdoc/>
    public int Count => _keys.Count;

    /// <inheritdoc/>
    public void Prefetch(ReadOnlySpan<Sample> samples)
    {
        _keys.Prefetch(samples);
        foreach (ref Size size in _sizes)
        {
            _keys.Prefetch(size.Small.Oldest);
            _keys.Prefetch(size.Main.Oldest);
        }
    }

    /// <inheritdoc/>
    public int Find(ulong hash) => _keys.Find(hash);

    /// <inheritdoc/>
    public ref readonly SampledKey KeyAt(int place) => ref _keys[place];

    /// <inheritdoc/>
    public uint SizesWith(int key)
    {
        uint sizes = 0;
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            sizes |= _keys.State(key).Marks[size].Place != Where.Nowhere ? 1u << size : 0;
        }
        return sizes;
    }

    /// <inheritdoc/>
    public void SetCapacities(ReadOnlySpan<long> bytes, double rate)
    {
        _rate = rate;
        for (int size = 0; size < bytes.Length; size++)
        {
            _capacities[size] = (long)(bytes[size] * rate);
            Settle(size, keep: 0);
        }
    }

    /// <inheritdoc/>
    public bool TryAdd(in Sample sample)
    {
        int key = _keys.Add(in sample);
        if (key == 0)
        {
            return false;
        }
        TakeIn(key);
        return true;
    }

    /// <inheritdoc/>
    public void Use(int key, in Sample sample)
    {
        ref SampledKey used = ref _keys[key];
        ref State state = ref _keys.State(key);
        long more = (long)sample.Bytes - used.Bytes;
        used.ExpiresAtS = sample.ExpiresAtS;
        used.Bytes = sample.Bytes;
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            if (state.Marks[size].Place != Where.Nowhere)
            {
                _sizes[size].Bytes += more;
            }
        }
        if (!state.WasMissed)
        {
            CountUse(ref state);
        }
        // Else whoever asked writes it now, which nobody would at the sizes that answered.
        state.WasMissed = false;
        TakeIn(key);
    }

    /// <inheritdoc/>
    public void Miss(int key)
    {
        ref State state = ref _keys.State(key);
        CountUse(ref state);
        state.WasMissed = true;
    }

    /// <inheritdoc/>
    public void Remove(int key)
    {
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            if (_keys.State(key).Marks[size].Place != Where.Nowhere)
            {
                Unlink(key, size);
            }
        }
        _keys.Remove(key);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _keys.Clear();
        _sizes = default;
        foreach (EvictedKeys evicted in _evicted)
        {
            evicted.Clear();
        }
    }

    private static void CountUse(ref State state)
    {
        foreach (ref Mark mark in state.Marks)
        {
            mark.Uses = Math.Min(mark.Uses + 1, MostUses);
        }
    }

    /// <summary>Takes a key into the sizes that do not hold it.</summary>
    private void TakeIn(int key)
    {
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            if (_keys.State(key).Marks[size].Place == Where.Nowhere)
            {
                bool returns = _evicted[size].Take(_keys[key].Hash, _sizes[size].Main.Count + 1);
                Link(key, size, returns ? Where.Main : Where.Small);
            }
            Settle(size, keep: key);
        }
    }

    /// <summary>
    /// Evicts what does not fit a size. A key stands for many, so it is as well to be half a key above the bound as
    /// below.
    /// </summary>
    private void Settle(int size, int keep)
    {
        ref Size at = ref _sizes[size];
        while (at.Bytes > _capacities[size]
            && at.Bytes - (long)(at.Bytes / at.Count * (1 - _rate) / 2) > _capacities[size]
            && Victim(size, keep) is var victim and not 0)
        {
            Unlink(victim, size);
            if (SizesWith(victim) == 0)
            {
                _keys.Remove(victim);
            }
        }
    }

    private int Victim(int size, int keep)
    {
        ref Size at = ref _sizes[size];
        for (long steps = (at.Count * (MostUses + 1)) + 1; steps > 0; steps--)
        {
            bool fromSmall = at.Small.Count > 0 && (at.Small.Count * SmallShare >= at.Count || at.Main.Count == 0);
            int oldest = fromSmall ? at.Small.Oldest : at.Main.Oldest;
            if (oldest == 0)
            {
                return 0;
            }
            ref Mark mark = ref _keys.State(oldest).Marks[size];
            if (oldest == keep)
            {
                Requeue(oldest, size, mark.Place);
            }
            else if (fromSmall && mark.Uses >= UsesToStay)
            {
                mark.Uses = 0;
                Requeue(oldest, size, Where.Main);
            }
            else if (!fromSmall && mark.Uses > 0)
            {
                mark.Uses--;
                Requeue(oldest, size, Where.Main);
            }
            else
            {
                if (fromSmall)
                {
                    _evicted[size].Add(_keys[oldest].Hash);
                }
                return oldest;
            }
        }
        return 0;
    }

    private void Requeue(int key, int size, Where place)
    {
        int uses = _keys.State(key).Marks[size].Uses;
        Unlink(key, size);
        Link(key, size, place);
        _keys.State(key).Marks[size].Uses = uses;
    }

    private void Link(int key, int size, Where place)
    {
        ref Size at = ref _sizes[size];
        ref Queue queue = ref place == Where.Small ? ref at.Small : ref at.Main;
        ref State state = ref _keys.State(key);
        state.Marks[size] = new Mark { Place = place };
        state.Links[size] = new Neighbours { Older = queue.Newest };
        if (queue.Newest != 0)
        {
            _keys.State(queue.Newest).Links[size].Newer = (ushort)key;
        }
        else
        {
            queue.Oldest = (ushort)key;
        }
        queue.Newest = (ushort)key;
        queue.Count++;
        at.Bytes += _keys[key].Bytes;
    }

    private void Unlink(int key, int size)
    {
        ref Size at = ref _sizes[size];
        ref State state = ref _keys.State(key);
        ref Queue queue = ref state.Marks[size].Place == Where.Small ? ref at.Small : ref at.Main;
        Neighbours link = state.Links[size];
        if (link.Newer != 0)
        {
            _keys.State(link.Newer).Links[size].Older = link.Older;
        }
        else
        {
            queue.Newest = link.Older;
        }
        if (link.Older != 0)
        {
            _keys.State(link.Older).Links[size].Newer = link.Newer;
        }
        else
        {
            queue.Oldest = link.Newer;
        }
        state.Marks[size] = default;
        queue.Count--;
        at.Bytes -= _keys[key].Bytes;
    }

    private enum Where : byte
    {
        Nowhere = 0,
        Small = 1,
        Main = 2,
    }

    /// <summary>What the sizes say of a key.</summary>
    private struct State
    {
        public Links Links;
        public Marks Marks;

        /// <summary>The store did not have it, and nobody has written it since.</summary>
        public bool WasMissed;
    }

    /// <summary>The neighbours of a key in the queue that has it.</summary>
    private struct Neighbours
    {
        public ushort Newer;
        public ushort Older;
    }

    /// <summary>Which queue has a key, and its uses there.</summary>
    private struct Mark
    {
        private const int PlaceMask = 3;
        private const int UsesShift = 2;
        private byte _bits;

        public Where Place
        {
            readonly get => (Where)(_bits & PlaceMask);
            init => _bits = (byte)value;
        }

        public int Uses
        {
            readonly get => _bits >> UsesShift;
            set => _bits = (byte)((_bits & PlaceMask) | (value << UsesShift));
        }
    }

    private struct Queue
    {
        public int Count;
        public ushort Newest;
        public ushort Oldest;
    }

    private struct Size
    {
        public long Bytes;
        public Queue Small;
        public Queue Main;

        public readonly int Count => Small.Count + Main.Count;
    }

    [InlineArray(SizeFactors.Count)]
    private struct Links
    {
        private Neighbours _first;
    }

    [InlineArray(SizeFactors.Count)]
    private struct Marks
    {
        private Mark _first;
    }

    [InlineArray(SizeFactors.Count)]
    private struct Sizes
    {
        private Size _first;
    }
}

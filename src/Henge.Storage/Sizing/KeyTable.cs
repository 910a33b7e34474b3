using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Henge.Storage.Sizing;

/// <summary>
/// A fixed number of sampled keys, found by hash over chains, with what a policy has to say of each beside it: one
/// cache line, or two. Places are numbered from 1.
/// </summary>
/// <typeparam name="TState">What the policy says of a key.</typeparam>
internal sealed class KeyTable<TState>
    where TState : struct
{
    /// <summary>Bytes that each place takes: what is there, and its part of the table of chains.</summary>
    public static readonly int BytesPerPlace = Unsafe.SizeOf<Place>() + (2 * sizeof(ushort));

    private readonly Place[] _places;
    private readonly ushort[] _chains;
    private ushort _free;

    /// <summary>Creates an empty table with so many places.</summary>
    public KeyTable(int places)
    {
        _places = new Place[places + 1];
        _chains = places == 0 ? [] : new ushort[BitOperations.RoundUpToPowerOf2((uint)places)];
        Clear();
    }

    /// <summary>Most places: links are 16 bits.</summary>
    public static int MostPlaces => ushort.MaxValue - 1;

    /// <summary>Places in all.</summary>
    public int Places => _places.Length - 1;

    /// <summary>Keys in it.</summary>
    public int Count { get; private set; }

    /// <summary>The key at a place.</summary>
    public ref SampledKey this[int place] => ref _places[place].Key;

    /// <summary>What the policy says of the key at a place.</summary>
    public ref TState State(int place) => ref _places[place].State;

    /// <summary>The place of a key; 0 when it has none.</summary>
    public int Find(ulong hash)
    {
        int place = _chains[ChainOf(hash)];
        while (place != 0 && _places[place].Key.Hash != hash)
        {
            place = _places[place].Key.Next;
        }
        return place;
    }

    /// <summary>Takes a key in; 0 when there is no place.</summary>
    public int Add(in Sample sample)
    {
        ushort place = _free;
        if (place == 0)
        {
            return 0;
        }
        ref Place at = ref _places[place];
        ref ushort chain = ref _chains[ChainOf(sample.Hash)];
        _free = at.Key.Next;
        at = default;
        at.Key = new SampledKey
        {
            Hash = sample.Hash,
            Bytes = sample.Bytes,
            ExpiresAtS = sample.ExpiresAtS,
            Next = chain,
        };
        chain = place;
        Count++;
        return place;
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(int place)
    {
        ref SampledKey key = ref _places[place].Key;
        ref ushort at = ref _chains[ChainOf(key.Hash)];
        while (at != place)
        {
            at = ref _places[at].Key.Next;
        }
        at = key.Next;
        key.Bytes = 0;
        key.Next = _free;
        _free = (ushort)place;
        Count--;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_chains);
        for (int place = 1; place < _places.Length; place++)
        {
            _places[place].Key.Bytes = 0;
            _places[place].Key.Next = (ushort)(place + 1 < _places.Length ? place + 1 : 0);
        }
        _free = (ushort)(_places.Length > 1 ? 1 : 0);
        Count = 0;
    }

    /// <summary>Fetches where the chains of keys begin, and then the first key of each.</summary>
    public void Prefetch(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly Sample sample in samples)
        {
            Prefetch(ref _chains[ChainOf(sample.Hash)]);
        }
        foreach (ref readonly Sample sample in samples)
        {
            Prefetch(_chains[ChainOf(sample.Hash)]);
        }
    }

    /// <summary>Fetches what is at a place.</summary>
    public void Prefetch(int place) => Prefetch(ref _places[place]);

    /// <summary>A hint only: the array may move meanwhile, and the address is never read.</summary>
    private static unsafe void Prefetch<T>(ref T at)
        where T : struct
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref at));
        }
    }

    // The low bits chose the shard, and a sampled hash has none of the high ones.
    private int ChainOf(ulong hash) => (int)(hash >> 8) & (_chains.Length - 1);

    [StructLayout(LayoutKind.Sequential, Pack = 2)]
    private struct Place
    {
        public SampledKey Key;
        public TState State;
    }
}

namespace Henge.Storage.Tops;

/// <summary>
/// Which keys a stream names most, in fixed memory: Space-Saving (Metwally, Agrawal and El Abbadi, ICDT 2005). A key
/// that has no place takes that of the least counted and goes on from its count, which is also the most that it can be
/// counted too high; so whatever makes up more than a 64th of the stream has a place. Counts fade, so that they follow
/// the load. Keys are known by their hash. The shard's lock guards it.
/// </summary>
internal sealed class TopKeys
{
    /// <summary>Keys that have a place.</summary>
    public const int Places = 64;

    private readonly ulong[] _hashes = new ulong[Places];
    private readonly double[] _counts = new double[Places];
    private readonly double[] _errors = new double[Places];

    /// <summary>The hashes that have a place, in no order; 0 for a place that is free.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    /// <summary>What a place has counted for certain.</summary>
    public double CountOf(int place) => _counts[place] - _errors[place];

    /// <summary>Counts a key.</summary>
    public void Add(ulong hash)
    {
        int place = _hashes.AsSpan().IndexOf(hash);
        if (place < 0)
        {
            place = 0;
            for (int other = 1; other < Places; other++)
            {
                place = _counts[other] < _counts[place] ? other : place;
            }
            _hashes[place] = hash;
            _errors[place] = _counts[place];
        }
        _counts[place]++;
    }

    /// <summary>Lets all counts fade to a part.</summary>
    public void Fade(double part)
    {
        for (int place = 0; place < Places; place++)
        {
            _counts[place] *= part;
            _errors[place] *= part;
        }
    }
}

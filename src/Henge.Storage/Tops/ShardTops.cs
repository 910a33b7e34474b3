using Henge.Storage.Indexing;

namespace Henge.Storage.Tops;

/// <summary>
/// Which keys of a shard are read and written most, of a sample of its accesses, and which entries are largest. One
/// access in 64 is sampled, at gaps drawn by chance, so that no pattern of requests hides from it. The shard's lock
/// guards it.
/// </summary>
internal sealed class ShardTops
{
    /// <summary>Accesses that one of the sample stands for.</summary>
    public const int MeanGap = 64;

    private readonly bool _isOn;
    private ulong _random;

    /// <summary>Creates it empty.</summary>
    /// <param name="isOn">Whether anything is noted.</param>
    /// <param name="seed">For the gaps.</param>
    public ShardTops(bool isOn, ulong seed)
    {
        _isOn = isOn;
        _random = seed;
        Big = new BigEntries(isOn);
    }

    /// <summary>Keys by reads, those that found nothing included.</summary>
    public TopKeys Reads { get; } = new();

    /// <summary>Keys by writes.</summary>
    public TopKeys Writes { get; } = new();

    /// <summary>Entries by bytes.</summary>
    public BigEntries Big { get; }

    /// <summary>Counts a key to which the gap of a list has come; returns how many accesses the next gap has.</summary>
    public int Note(TopKeys keys, ulong hash)
    {
        if (_isOn)
        {
            keys.Add(hash);
        }
        return NextGap();
    }

    /// <summary>How many accesses it is to the next that is counted; with nothing noted, about for ever.</summary>
    public int NextGap() => _isOn
        ? 1 + (int)(KeyHasher.Next(ref _random) % ((2 * MeanGap) - 1))
        : int.MaxValue;
}

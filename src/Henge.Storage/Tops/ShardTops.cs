using Henge.Storage.Indexing;

namespace Henge.Storage.Tops;

/// <summary>
/// Which keys of a shard are read and written most, of a sample of its accesses, and which entries are largest. One
/// access in 32 is sampled, at gaps drawn by chance, so that no pattern of requests hides from it. The shard's lock
/// guards it.
/// </summary>
internal sealed class ShardTops
{
    /// <summary>Accesses that one of the sample stands for.</summary>
    public const int MeanGap = 32;

    private readonly bool _isOn;
    private ulong _random;
    private int _toRead;
    private int _toWrite;

    /// <summary>Creates it empty.</summary>
    /// <param name="isOn">Whether anything is noted.</param>
    /// <param name="seed">For the gaps.</param>
    public ShardTops(bool isOn, ulong seed)
    {
        _isOn = isOn;
        _random = seed;
        _toRead = NextGap();
        _toWrite = NextGap();
    }

    /// <summary>Keys by reads, those that found nothing included.</summary>
    public TopKeys Reads { get; } = new();

    /// <summary>Keys by writes.</summary>
    public TopKeys Writes { get; } = new();

    /// <summary>Entries by bytes.</summary>
    public BigEntries Big { get; } = new();

    /// <summary>A key was read.</summary>
    public void Read(ulong hash)
    {
        if (--_toRead <= 0)
        {
            _toRead = NextGap();
            Note(Reads, hash);
        }
    }

    /// <summary>An entry was written.</summary>
    public void Write(ulong hash, long bytes)
    {
        if (_isOn)
        {
            Big.Offer(hash, bytes);
        }
        if (--_toWrite <= 0)
        {
            _toWrite = NextGap();
            Note(Writes, hash);
        }
    }

    private void Note(TopKeys keys, ulong hash)
    {
        if (_isOn)
        {
            keys.Add(hash);
        }
    }

    private int NextGap() => _isOn
        ? 1 + (int)(KeyHasher.Next(ref _random) % ((2 * MeanGap) - 1))
        : int.MaxValue;
}

using System.Runtime.CompilerServices;

namespace Henge.Storage.Tops;

/// <summary>
/// The largest entries of a shard, as they were when they were written. An entry that is larger than the smallest of
/// them takes its place. Who asks finds out which are gone, or smaller now, and then others may be missing: that is
/// remembered until all entries have been offered again. The shard's lock guards it.
/// </summary>
internal sealed class BigEntries
{
    /// <summary>Entries that have a place.</summary>
    public const int Places = 32;

    private readonly ulong[] _hashes = new ulong[Places];
    private readonly long[] _bytes = new long[Places];
    private long _least;

    /// <summary>Creates it empty.</summary>
    /// <param name="isOn">Whether any entry is large enough.</param>
    public BigEntries(bool isOn) => _least = isOn ? 0 : long.MaxValue;

    /// <summary>The hashes that have a place, in no order; 0 for a place that is free.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    /// <summary>Whether entries were forgotten in whose place others should be.</summary>
    public bool LacksSome { get; private set; }

    /// <summary>What the entry of a place took.</summary>
    public long BytesOf(int place) => _bytes[place];

    /// <summary>An entry was written, or met.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(ulong hash, long bytes)
    {
        if (bytes > _least)
        {
            Take(hash, bytes);
        }
    }

    private void Take(ulong hash, long bytes)
    {
        int place = _hashes.AsSpan().IndexOf(hash);
        place = place >= 0 ? place : _bytes.AsSpan().IndexOf(_least);
        _hashes[place] = hash;
        _bytes[place] = bytes;
        FindLeast();
    }

    /// <summary>The entry of a place is gone, or smaller than it was.</summary>
    public void Forget(int place)
    {
        _hashes[place] = 0;
        _bytes[place] = 0;
        LacksSome = true;
        FindLeast();
    }

    /// <summary>All entries are being offered from now on.</summary>
    public void BeginOffers() => LacksSome = false;

    private void FindLeast()
    {
        _least = _bytes[0];
        foreach (long bytes in _bytes)
        {
            _least = Math.Min(_least, bytes);
        }
    }
}

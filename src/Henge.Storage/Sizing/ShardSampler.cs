using System.Runtime.CompilerServices;

using Henge.Storage.Shards;
using Henge.Storage.Tops;

namespace Henge.Storage.Sizing;

/// <summary>
/// Tells the simulation of a shard what becomes of sampled keys, and its tops of the reads, writes and sizes that they
/// look at. All others it returns after a comparison each, so it is a part of the shard and not an object of its own.
/// The shard's lock guards it.
/// </summary>
internal struct ShardSampler
{
    private readonly Shard _shard;
    private readonly StoreCore _core;
    private readonly ShardSizing _sizing;
    private readonly ShardTops _tops;
    private readonly BigEntries _big;
    private int _toRead;
    private int _toWrite;

    /// <summary>Creates the sampler of a shard that has its sizing and tops.</summary>
    public ShardSampler(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
        _sizing = shard.Sizing;
        _tops = shard.Tops;
        _big = _tops.Big;
        _toRead = _tops.NextGap();
        _toWrite = _tops.NextGap();
    }

    /// <summary>A read of what an open scope stands on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(in OpenEntry open, bool countsAsUse)
    {
        if (--_toRead <= 0)
        {
            _toRead = _tops.Note(_tops.Reads, open.Hash);
        }
        if (_sizing.Samples(open.Hash))
        {
            SampleRead(in open, countsAsUse);
        }
    }

    /// <summary>An entry was written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong hash, uint handle)
    {
        _big.Offer(hash, _shard.Arena[handle].PayloadBytes);
        if (--_toWrite <= 0)
        {
            _toWrite = _tops.Note(_tops.Writes, hash);
        }
        Use(hash, handle);
    }

    /// <summary>An entry was used otherwise than by a read or a write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Use(ulong hash, uint handle)
    {
        if (_sizing.Samples(hash))
        {
            SampleUse(hash, handle);
        }
    }

    /// <summary>A key is deleted or its time is over, whether or not there is an entry of it.</summary>
    public readonly void Forget(ulong hash)
    {
        if (_sizing.Samples(hash))
        {
            _sizing.Note(SampleKind.Remove, hash, bytes: 0, expiresAtMs: 0, _core.NowMs);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void SampleRead(in OpenEntry open, bool countsAsUse)
    {
        if (open.Handle == 0)
        {
            _sizing.Note(SampleKind.Miss, open.Hash, bytes: 0, expiresAtMs: 0, _core.NowMs);
        }
        else
        {
            Note(countsAsUse ? SampleKind.Read : SampleKind.Look, open.Hash, open.Handle);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void SampleUse(ulong hash, uint handle) => Note(SampleKind.Use, hash, handle);

    private readonly void Note(SampleKind kind, ulong hash, uint handle) => _sizing.Note(
        kind, hash, _shard.Writer.MemoryBytes(handle), _shard.Arena[handle].ExpiresAtMs, _core.NowMs);
}

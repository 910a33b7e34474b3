using System.Runtime.CompilerServices;

using Henge.Storage.Entries;
using Henge.Storage.Shards;
using Henge.Storage.Tops;

namespace Henge.Storage.Sizing;

/// <summary>
/// Tells the simulation of a shard what becomes of sampled keys, of all others it returns after one comparison; and
/// tells the tops of reads and writes, which draw a sample of their own. The shard's lock guards it.
/// </summary>
internal sealed class ShardSampler
{
    private readonly Shard _shard;
    private readonly StoreCore _core;
    private readonly ShardSizing _sizing;
    private readonly ShardTops _tops;

    /// <summary>Creates the sampler of a shard.</summary>
    public ShardSampler(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
        _sizing = shard.Sizing;
        _tops = shard.Tops;
    }

    /// <summary>A read of what an open scope stands on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(in OpenEntry open, bool countsAsUse)
    {
        _tops.Read(open.Hash);
        if (_sizing.Samples(open.Hash))
        {
            SampleRead(in open, countsAsUse);
        }
    }

    /// <summary>An entry was written.</summary>
    public void Write(ulong hash, uint handle)
    {
        _tops.Write(hash, _shard.Arena[handle].PayloadBytes);
        Use(hash, handle);
    }

    /// <summary>An entry was used otherwise than by a read or a write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Use(ulong hash, uint handle)
    {
        if (_sizing.Samples(hash))
        {
            SampleUse(hash, handle);
        }
    }

    /// <summary>A key is deleted or its time is over, whether or not there is an entry of it.</summary>
    public void Forget(ulong hash)
    {
        if (_sizing.Samples(hash))
        {
            _sizing.Remove(hash);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SampleRead(in OpenEntry open, bool countsAsUse)
    {
        if (open.Handle == 0)
        {
            _sizing.Miss(open.Hash, _core.NowMs);
            return;
        }
        Entry entry = _shard.Arena[open.Handle];
        long bytes = _shard.Writer.MemoryBytes(open.Handle);
        _sizing.Read(open.Hash, bytes, entry.ExpiresAtMs, countsAsUse, _core.NowMs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SampleUse(ulong hash, uint handle) =>
        _sizing.Use(hash, _shard.Writer.MemoryBytes(handle), _shard.Arena[handle].ExpiresAtMs);
}

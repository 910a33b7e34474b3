using Henge.Storage;
using Henge.Storage.Eviction;
using Henge.Storage.Sizing;

using Xunit;

namespace Henge.Tests.Storage.Sizing;

/// <summary>The simulated sizes hold what caches of those sizes would: uses, deletions, expiry, flush.</summary>
public sealed class SizingTests : IDisposable
{
    private const long Begin = 1_700_000_000_000;
    private readonly Store _store = new(new StoreOptions
    {
        MemoryBytes = 4 << 20,
        Shards = 1,
        HashSeed = 7,
        SimulatesSizes = true,
    });

    private long _nowMs = Begin;

    public SizingTests() => Tick(0);

    public void Dispose()
    {
        StoreVerifier.Verify(_store);
        _store.Dispose();
    }

    [Fact]
    public void A_loop_over_more_than_the_memory_holds_would_hit_with_more()
    {
        // Values of one size, so that few slots are free: 4 MiB hold about 3,800 of them, and the loop has 6,000.
        for (int round = 0; round < 12; round++)
        {
            for (int key = 0; key < 6000; key++)
            {
                Use(key, 1000);
                if (key % 500 == 0)
                {
                    Tick(25);
                }
            }
        }
        Tick(1000);
        SizingEstimate estimate = _store.Sizing.Estimate(_nowMs);

        Assert.Equal(72_000, estimate.Reads);
        Assert.InRange(estimate.SampledReads, 1000, 71_999);
        Assert.Equal(0, estimate.HitRatio);
        Assert.Equal(0, estimate.HitRatios[0]);
        Assert.InRange(estimate.HitRatios[2], 0.85, 0.95);
        Assert.InRange(estimate.HitRatios[3], 0.85, 0.95);
    }

    [Fact]
    public void What_was_deleted_expired_or_flushed_is_a_miss_at_every_size()
    {
        for (int key = 0; key < 300; key++)
        {
            Use(key, 100, key is >= 100 and < 200 ? Begin + 1000 : 0);
        }
        for (int key = 0; key < 100; key++)
        {
            using EntryScope scope = Open(key);
            scope.Delete();
        }
        Tick(5000);
        for (int key = 0; key < 200; key++)
        {
            Assert.False(Read(key));
        }
        _store.Flush(_store.Clock(_nowMs), _nowMs);
        for (int key = 200; key < 300; key++)
        {
            Assert.False(Read(key));
        }
        Tick(1000);

        Assert.Equal(0, _store.Sizing.Estimate(_nowMs).ModelHitRatios[3]);
    }

    [Theory]
    [InlineData(EvictionPolicy.Lru)]
    [InlineData(EvictionPolicy.S3Fifo)]
    public void An_expiry_counts_for_what_only_larger_sizes_still_hold(EvictionPolicy policy)
    {
        var sizing = new ShardSizing(64 << 10, shards: 1, policy);
        sizing.Tick([50, 100, 10_000, 20_000], Begin);
        sizing.Note(SampleKind.Use, hash: 1 << 20, bytes: 90, Begin + 1000, Begin);
        sizing.Note(SampleKind.Use, hash: 2 << 20, bytes: 90, 0, Begin);
        sizing.Note(SampleKind.Miss, hash: 1 << 20, bytes: 0, 0, Begin + 500);
        sizing.Note(SampleKind.Miss, hash: 1 << 20, bytes: 0, 0, Begin + 2000);
        sizing.Tick([50, 100, 10_000, 20_000], Begin + 3000);

        Assert.Equal(2, sizing.SampledReads);
        Assert.Equal((1, 1), (sizing.Hits(2), sizing.Hits(3)));
        Assert.Equal((0, 0), (sizing.Hits(0), sizing.Hits(1)));
    }

    [Theory]
    [InlineData(EvictionPolicy.Lru)]
    [InlineData(EvictionPolicy.S3Fifo)]
    public void Sampling_allocates_nothing(EvictionPolicy policy)
    {
        var sizing = new ShardSizing(64 << 10, shards: 1, policy);
        sizing.Tick([50_000, 100_000, 200_000, 400_000], Begin);
        long before = 0;
        for (ulong i = 0; i < 40_000; i++)
        {
            before = i == 20_000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            ulong hash = (i * 7919 % 1500) << 16;
            sizing.Note(SampleKind.Read, hash, bytes: 100, 0, Begin);
            sizing.Note(SampleKind.Miss, hash + (1 << 30), bytes: 0, 0, Begin);
            sizing.Note(SampleKind.Use, hash + (1 << 30), bytes: 100, 0, Begin);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Without_metrics_nothing_is_sampled_and_no_memory_taken()
    {
        var sizing = new ShardSizing(0, shards: 4, EvictionPolicy.Lru);
        Assert.Equal(0, sizing.Bytes);
        Assert.False(sizing.Samples(0));
        using var store = new Store(new StoreOptions { MemoryBytes = 4 << 20 });
        Assert.False(store.Sizing.IsOn);
        Assert.Equal(0, store.Sizing.Estimate(Begin).Reads);
    }

    [Fact]
    public void Tables_take_less_than_half_a_percent_of_a_large_memory_and_8_MiB_at_most()
    {
        foreach (long memory in new[] { 24L << 20, 256L << 20, 4L << 30, 256L << 30 })
        {
            Assert.InRange(ShardSizing.BytesFor(memory), 1, memory / 200);
        }
        Assert.Equal(8 << 20, ShardSizing.BytesFor(256L << 30));
        Assert.Equal(96 << 10, ShardSizing.BytesFor(8 << 20));
        Assert.Equal((1 << 20) / 64, ShardSizing.BytesFor(1 << 20));
    }

    [Fact]
    public void Zeroed_counters_begin_the_window_anew()
    {
        Use(1, 10);
        Use(1, 10);
        Tick(60_000);
        Assert.Equal(2, _store.Sizing.Estimate(_nowMs).Reads);
        _store.ResetStatistics();
        SizingEstimate estimate = _store.Sizing.Estimate(_nowMs);

        Assert.Equal((0, true), (estimate.Reads, double.IsNaN(estimate.HitRatio)));
        Assert.True(double.IsNaN(estimate.HitRatios[3]));
    }

    [Fact]
    public void The_window_is_ten_minutes_long()
    {
        Use(1, 10);
        for (int i = 0; i < 30; i++)
        {
            Tick(StoreSizing.StepMs);
        }
        Assert.Equal(StoreSizing.StepMs * StoreSizing.Steps, _store.Sizing.Estimate(_nowMs).WindowMs);
        Assert.Equal(0, _store.Sizing.Estimate(_nowMs).Reads);
    }

    private void Tick(long ms)
    {
        _nowMs += ms;
        while (_store.Tick(_nowMs))
        {
        }
    }

    private EntryScope Open(int key) => _store.Open(BitConverter.GetBytes(key), _nowMs);

    private bool Read(int key)
    {
        using EntryScope scope = Open(key);
        return scope.Read();
    }

    private void Use(int key, int bytes, long expiresAtMs = 0)
    {
        using EntryScope scope = Open(key);
        if (!scope.Read())
        {
            scope.Set(EntryType.String, new byte[bytes], expiresAtMs);
        }
    }
}

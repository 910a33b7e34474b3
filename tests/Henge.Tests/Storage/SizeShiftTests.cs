using System.Runtime.InteropServices;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>
/// Shifts of the size mix neither pass the memory limit nor leave memory stuck in the wrong size class. Resident memory
/// is held to its bound by a node in a process of its own (Hostile): this one has other tests' garbage in it as well.
/// </summary>
[Collection(AloneCollection.Name)]
public class SizeShiftTests
{
    private const long NowMs = 1_700_000_000_000;
    private static readonly int[] Sizes = [64, 1000, 200, 40_000, 100, 12_000, 64, 300_000, 3000, 24];

    [Theory]
    [InlineData(32 << 20, 1)]
    [InlineData(64 << 20, 4)]
    public void Ten_times_the_limit_in_shifting_sizes_stays_within_it_and_hits_recover(long limit, int shards)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = limit, Shards = shards, HashSeed = 7 });
        byte[] value = new byte[Sizes.Max()];
        for (int phase = 0; phase < Sizes.Length; phase++)
        {
            int size = Sizes[phase];
            int all = (int)(limit / (size + 50));
            int set = all * 3 / 4;
            for (int i = 0; i < all + set; i++)
            {
                // The last keys written are read again below; those before push everything older out.
                Write(store, phase, i, value.AsSpan(0, size));
                if (i % 256 == 0)
                {
                    Assert.True(store.GetStatistics().UsedBytes <= limit, $"over the limit at {size} bytes");
                }
            }
            int hits = 0;
            for (int i = all; i < all + set; i++)
            {
                hits += Read(store, phase, i) ? 1 : 0;
            }
            Assert.True(hits >= set * 0.97, $"{hits} of {set} hits after the shift to {size} bytes");
            StoreVerifier.Verify(store);
        }
    }

    [Fact]
    public void A_wide_mix_of_sizes_uses_most_of_the_memory()
    {
        const long Limit = 64 << 20;
        using var store = new Store(new StoreOptions { MemoryBytes = Limit, Shards = 4, HashSeed = 7 });
        var random = new Random(5);
        byte[] value = new byte[20_000];
        for (int i = 0; i < 60_000; i++)
        {
            Write(store, 0, i, value.AsSpan(0, random.Next(random.Next(1, value.Length))));
        }
        Assert.True(store.GetStatistics().DataBytes > Limit * 0.65, $"{store.GetStatistics().DataBytes} bytes of data");
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Clear_gives_memory_back()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 256 << 20, Shards = 4 });
        byte[] value = new byte[50_000];
        for (int i = 0; i < 2000; i++)
        {
            Write(store, 1, i, value);
            Write(store, 2, i, value.AsSpan(0, 10_000));
        }
        long full = ResidentBytes();
        store.Clear();
        Assert.Equal(0, store.Count);
        Assert.True(store.GetStatistics().UsedBytes < 1 << 20);
        if (full > 0)
        {
            Assert.True(full - ResidentBytes() > 100 << 20);
        }
        StoreVerifier.Verify(store);
        Write(store, 1, 1, value);
        Assert.True(Read(store, 1, 1));
    }

    private static void Write(Store store, int phase, int number, ReadOnlySpan<byte> value)
    {
        (int, int) key = (phase, number);
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<(int, int)>(in key)), NowMs);
        Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, value, 0));
    }

    private static bool Read(Store store, int phase, int number)
    {
        (int, int) key = (phase, number);
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<(int, int)>(in key)), NowMs);
        return scope.Read();
    }

    /// <summary>Resident memory of this process; 0 where the system does not tell.</summary>
    private static long ResidentBytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }
        string[] words = File.ReadAllText("/proc/self/statm").Split(' ');
        return long.Parse(words[1]) * Environment.SystemPageSize;
    }
}

using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Eviction;
using Henge.Storage.Sizing;
using Henge.Tests.Storage.Eviction;

namespace Henge.Tests.Storage.Sizing;

/// <summary>
/// Runs a trace against a store as an application does: read, and write what was not found. Values have 256
/// to 16,000 bytes, by the key; 20,000 requests take a second of the store's time.
/// </summary>
internal static class TraceRun
{
    private const long BeginMs = 1_700_000_000_000;
    private const int RequestsPerTick = 1000;
    private const int TickMs = 50;
    private static readonly byte[] s_value = new byte[16384];

    /// <summary>What all entries of a trace would take.</summary>
    public static long FootprintOf(Trace trace)
    {
        long bytes = 0;
        for (int key = 0; key < trace.Distinct; key++)
        {
            bytes += ValueBytes(key) + sizeof(int) + 32;
        }
        return bytes;
    }

    /// <summary>The part of requests that a store of some memory answers.</summary>
    public static double HitRatio(Trace trace, long memoryBytes, int shards, EvictionPolicy policy) =>
        Run(trace, memoryBytes, shards, policy, simulates: false).HitRatio;

    /// <summary>What a store of some memory says of that, and of other sizes.</summary>
    public static SizingEstimate Estimate(Trace trace, long memoryBytes, int shards, EvictionPolicy policy) =>
        Run(trace, memoryBytes, shards, policy, simulates: true);

    private static SizingEstimate Run(Trace trace, long memoryBytes, int shards, EvictionPolicy policy, bool simulates)
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = memoryBytes,
            Shards = shards,
            Eviction = policy,
            HashSeed = 42,
            RemembersDepartures = true,
            SimulatesSizes = simulates,
        });
        long nowMs = BeginMs;
        store.Tick(nowMs);
        SizingTotals begin = SizingTotals.Of(store.Core, nowMs);
        for (int i = 0; i < trace.Requests.Length; i++)
        {
            int key = trace.Requests[i];
            using (EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), nowMs))
            {
                if (!scope.Read())
                {
                    scope.Set(EntryType.String, s_value.AsSpan(0, ValueBytes(key)), 0);
                }
            }
            if (i % RequestsPerTick == RequestsPerTick - 1)
            {
                nowMs += TickMs;
                store.Tick(nowMs);
            }
        }
        store.Tick(nowMs + 1000);
        return SizingEstimate.Between(begin, SizingTotals.Of(store.Core, nowMs));
    }

    private static int ValueBytes(int key)
    {
        uint mixed = (uint)key * 2654435761u;
        return 4 * (64 << (int)(mixed >> 29 & 3) | (int)(mixed >> 8 & 511) * (int)(mixed >> 20 & 7));
    }
}

using Henge.Storage;
using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;
using Henge.Storage.Shards;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>
/// Checks that everything a store keeps about its entries agrees: index, order, wheel, pages, budget.
/// </summary>
internal static class StoreVerifier
{
    /// <summary>Verifies a store that no other thread is using.</summary>
    public static void Verify(Store store)
    {
        StoreCore core = store.Core;
        long counted = core.Memory.Charged;
        long entries = 0;
        var slots = new Dictionary<int, int>();
        foreach (Shard shard in core.Shards)
        {
            shard.ApplyTouches();
            HashSet<uint> indexed = ReadIndex(shard, core);
            HashSet<uint> tombstones = [.. indexed.Where(handle => shard.Arena[handle].IsTombstone)];
            CheckTombstones(shard, tombstones);
            shard.Arena.Verify(indexed);
            indexed.ExceptWith(tombstones);
            CheckOrder(shard, indexed);
            CountSlots(shard, core, indexed, slots);
            (long data, long extents, int expiring) = Measure(shard, indexed);
            Assert.Equal(data, shard.DataBytes);
            Assert.Equal(expiring, shard.Wheel.Count);
            shard.Wheel.Verify();
            entries += indexed.Count;
            counted += Shard.FixedBytes + shard.Index.Bytes + ((long)shard.Arena.HeldPages * Arena.PageCost) + extents
                + shard.Order.CountedBytes + shard.Gone.Bytes + shard.Sizing.Bytes;
        }
        for (int slot = 0; slot < (core.Slots?.Length ?? 0); slot++)
        {
            Assert.Equal(slots.GetValueOrDefault(slot), store.CountInSlot(slot));
        }
        Assert.Equal(entries, store.Count);
        Assert.Equal(counted + core.Extents.WarmBytes, core.Memory.Used);
    }

    private static HashSet<uint> ReadIndex(Shard shard, StoreCore core)
    {
        var indexed = new HashSet<uint>();
        var handles = new HandleBuffer();
        for (uint number = 0; number < shard.Index.BucketCount; number++)
        {
            shard.Index.Read(number, ref handles);
            foreach (uint handle in handles.Span)
            {
                Assert.True(indexed.Add(handle), "An entry is indexed twice.");
                Entry entry = shard.Arena[handle];
                Assert.NotEqual(EntryType.None, entry.Type);
                ulong hash = core.Hasher.Hash(entry.Key);
                Assert.Equal(shard.Number, (int)hash & (core.Shards.Length - 1));
                Assert.Equal(handle, shard.Index.Find(hash, entry.Key));
            }
        }
        Assert.Equal(indexed.Count, shard.Index.Count);
        return indexed;
    }

    private static void CheckOrder(Shard shard, HashSet<uint> indexed)
    {
        var ordered = new HashSet<uint>();
        for (uint handle = shard.Order.Next(0); handle != 0; handle = shard.Order.Next(handle))
        {
            Assert.True(ordered.Add(handle), "An entry is in the eviction order twice.");
        }
        Assert.True(ordered.SetEquals(indexed), "The eviction order holds other entries than the index.");
    }

    private static void CheckTombstones(Shard shard, HashSet<uint> expected)
    {
        var queued = new HashSet<uint>();
        long bytes = 0;
        for (uint handle = shard.Tombstones.Next(0); handle != 0; handle = shard.Tombstones.Next(handle))
        {
            Entry entry = shard.Arena[handle];
            Assert.True(queued.Add(handle), "A tombstone is queued twice.");
            Assert.False(entry.HasExpiry || entry.External || entry.ValueBytes + entry.AttributeBytes > 0);
            bytes += SizeClasses.SlotBytes(shard.Arena.ClassOf(handle)) + StoreOptions.IndexBytesPerEntry;
        }
        Assert.True(queued.SetEquals(expected), "The queue holds other tombstones than the index.");
        Assert.Equal(queued.Count, shard.Tombstones.Count);
        Assert.Equal(bytes, shard.Tombstones.Bytes);
    }

    private static void CountSlots(Shard shard, StoreCore core, HashSet<uint> live, Dictionary<int, int> slots)
    {
        foreach (uint handle in core.Slots is null ? [] : live)
        {
            int slot = core.Slots!.SlotOf(shard.Arena[handle].Key);
            slots[slot] = slots.GetValueOrDefault(slot) + 1;
        }
    }

    private static (long Data, long Extents, int Expiring) Measure(Shard shard, HashSet<uint> indexed)
    {
        (long data, long extents, int expiring) = (0, 0, 0);
        foreach (uint handle in indexed)
        {
            Entry entry = shard.Arena[handle];
            data += entry.KeyBytes + entry.ValueBytes;
            extents += entry.External ? ExtentSpace.CountedBytes(entry.PayloadBytes) : 0;
            expiring += entry.HasExpiry ? 1 : 0;
            Assert.True(entry.Shape.SlotBytes <= SizeClasses.SlotBytes(shard.Arena.ClassOf(handle)));
            Assert.Equal(entry.External, entry.Shape.External);
        }
        return (data, extents, expiring);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Indexing;
using Henge.Storage.Shards;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>
/// Threads on one store: no torn value, no lost update, no stale read, and nothing inconsistent at the end.
/// </summary>
public class ConcurrencyTests
{
    private const long NowMs = 1_700_000_000_000;
    private static readonly KeyHasher Checksum = new(seed: 99);

    [Theory]
    [InlineData(8 << 20, 4)]
    [InlineData(2 << 20, 1)]
    public async Task Readers_never_see_a_torn_value_while_writers_evict_move_and_expire(long memory, int shards)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = memory, Shards = shards });
        long clock = NowMs;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            byte[] value = new byte[40_000];
            for (int i = 0; i < 30_000; i++)
            {
                int key = random.Next(3000);
                long now = Volatile.Read(ref clock);
                using EntryScope scope = store.Open(Bytes(in key), now);
                if (scope.Read())
                {
                    AssertWhole(key, scope.Value);
                }
                switch (random.Next(8))
                {
                    case < 3:
                        int length = 16 + (random.Next(20) == 0 ? random.Next(39_000) : random.Next(400));
                        Seal(key, value.AsSpan(0, length), random);
                        long deadline = random.Next(3) == 0 ? now + random.Next(2000) : 0;
                        scope.Set(EntryType.String, value.AsSpan(0, length), deadline);
                        break;
                    case 3:
                        scope.Delete();
                        break;
                    case 4:
                        Interlocked.Add(ref clock, random.Next(20));
                        break;
                }
            }
        }, TestContext.Current.CancellationToken)).Append(Task.Run(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                store.Tick(Volatile.Read(ref clock));
                Thread.Yield();
            }
        }, TestContext.Current.CancellationToken)));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public async Task Increments_over_many_keys_lose_nothing_and_many_key_operations_do_not_deadlock()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 8 });
        const int Keys = 50;
        const int Rounds = 5000;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Rounds; i++)
            {
                (int a, int b) = (random.Next(Keys), random.Next(Keys));
                var set = default(ShardSet);
                set.Add(store.ShardOf(store.Hash(Bytes(in a))));
                set.Add(store.ShardOf(store.Hash(Bytes(in b))));
                using ShardsScope locked = store.Lock(set);
                Add(store, a, 1);
                Add(store, b, 2);
            }
        }, TestContext.Current.CancellationToken)));
        long sum = 0;
        for (int key = 0; key < Keys; key++)
        {
            using EntryScope scope = store.Open(Bytes(in key), NowMs);
            sum += scope.Found ? BinaryPrimitives.ReadInt64LittleEndian(scope.Value) : 0;
        }
        Assert.Equal(4 * Rounds * 3, sum);
        StoreVerifier.Verify(store);
    }

    /// <summary>
    /// Linearizability of one register by its versions: writes carry their number, each write and read takes a ticket
    /// before and after. A read must not return a write that began after the read ended, nor one that was overwritten
    /// by a write that ended before the read began.
    /// </summary>
    [Fact]
    public async Task A_key_is_a_linearizable_register()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 2 });
        long ticket = 0;
        int key = 1;
        var events = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var seen = new List<(bool Write, ulong Version, long Value, long Began, long Ended)>();
            for (int i = 0; i < 4000; i++)
            {
                bool write = (i + thread) % 3 == 0;
                long value = (thread * 1_000_000L) + i;
                long began = Interlocked.Increment(ref ticket);
                ulong version;
                using (EntryScope scope = store.Open(Bytes(in key), NowMs))
                {
                    if (write)
                    {
                        scope.Set(EntryType.String, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)), 0);
                    }
                    else
                    {
                        value = scope.Found ? MemoryMarshal.Read<long>(scope.Value) : -1;
                    }
                    version = scope.Version;
                }
                seen.Add((write, version, value, began, Interlocked.Increment(ref ticket)));
            }
            return seen;
        }, TestContext.Current.CancellationToken)));
        var byVersion = events.SelectMany(list => list).Where(e => e.Write).ToDictionary(e => e.Version);
        ulong newestEnded = 0;
        var ends = new Queue<(long Ended, ulong Version)>(
            events.SelectMany(list => list).OrderBy(e => e.Ended).Select(e => (e.Ended, e.Version)));
        foreach (var e in events.SelectMany(list => list).OrderBy(e => e.Began))
        {
            while (ends.TryPeek(out var end) && end.Ended < e.Began)
            {
                newestEnded = Math.Max(newestEnded, ends.Dequeue().Version);
            }
            Assert.True(e.Version >= newestEnded, "An operation saw a state older than one that ended before.");
            if (!e.Write && e.Version != 0)
            {
                Assert.Equal(byVersion[e.Version].Value, e.Value);
                Assert.True(byVersion[e.Version].Began < e.Ended);
            }
        }
    }

    [Fact]
    public void Get_and_set_allocate_nothing()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 4 << 20, Shards = 2 });
        byte[] value = new byte[20_000];
        Work(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work(20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                int key = i * 7 % 9000;
                using EntryScope scope = store.Open(Bytes(in key), NowMs + i);
                if (!scope.Read() || i % 3 == 0)
                {
                    int length = i % 50 == 0 ? 20_000 : 30 + (i % 90);
                    scope.Set(EntryType.String, value.AsSpan(0, length), NowMs + i + 5000);
                }
                if (i % 100 == 0)
                {
                    store.Tick(NowMs + i);
                }
            }
        }
    }

    private static void Add(Store store, int key, long amount)
    {
        using EntryScope scope = store.Open(Bytes(in key), NowMs);
        scope.Resize(EntryType.String, 8, out Span<byte> value);
        BinaryPrimitives.WriteInt64LittleEndian(value, BinaryPrimitives.ReadInt64LittleEndian(value) + amount);
        scope.Modified();
    }

    private static void Seal(int key, Span<byte> value, Random random)
    {
        random.NextBytes(value[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(value, key);
        BinaryPrimitives.WriteInt32LittleEndian(value[4..], value.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(value[8..], Checksum.Hash(value[16..]));
    }

    private static void AssertWhole(int key, ReadOnlySpan<byte> value)
    {
        Assert.Equal(key, BinaryPrimitives.ReadInt32LittleEndian(value));
        Assert.Equal(value.Length, BinaryPrimitives.ReadInt32LittleEndian(value[4..]));
        Assert.Equal(Checksum.Hash(value[16..]), BinaryPrimitives.ReadUInt64LittleEndian(value[8..]));
    }

    private static ReadOnlySpan<byte> Bytes(ref readonly int key) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key));
}

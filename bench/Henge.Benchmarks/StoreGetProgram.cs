using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

using Henge.Storage;

namespace Henge.Benchmarks;

/// <summary>
/// Nanoseconds of a GET in process, its 100-byte value copied out: the store, alone and with the prefetches that a
/// batch of commands makes, beside ConcurrentDictionary of byte arrays. Alternating rounds, medians.
/// Run: <c>-- storeget [entries]</c>.
/// </summary>
internal static class StoreGetProgram
{
    private const int Rounds = 7;
    private const int Reads = 2_000_000;
    private const int Batch = 32;
    private const int KeyBytes = 16;
    private const int ValueBytes = 100;
    private const long NowMs = 1_700_000_000_000;

    public static void Run(string[] args)
    {
        int entries = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2_000_000;
        foreach (int count in new[] { 1000, entries })
        {
            Measure(count);
        }
    }

    private static void Measure(int entries)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 4L << 30 });
        var dictionary = new ConcurrentDictionary<ByteKey, byte[]>();
        byte[] value = new byte[ValueBytes];
        byte[] key = new byte[KeyBytes];
        for (int i = 0; i < entries; i++)
        {
            WriteKey(key, i);
            using EntryScope scope = store.Open(key, NowMs);
            scope.Set(EntryType.String, value, 0);
            dictionary[new ByteKey((byte[])key.Clone())] = (byte[])value.Clone();
        }
        int[] order = new int[Reads];
        var random = new Random(1);
        for (int i = 0; i < Reads; i++)
        {
            order[i] = random.Next(entries);
        }
        var times = new Dictionary<string, List<double>>();
        for (int round = 0; round < Rounds; round++)
        {
            Time(times, "store", () => ReadStore(store, order));
            Time(times, "store, prefetched", () => ReadBatched(store, order));
            Time(times, "ConcurrentDictionary", () => ReadDictionary(dictionary, order));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entries:N0} entries"));
        foreach ((string name, List<double> all) in times)
        {
            all.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name,-22} {all[all.Count / 2],7:F1} ns"));
        }
    }

    private static void Time(Dictionary<string, List<double>> times, string name, Func<long> read)
    {
        long start = Stopwatch.GetTimestamp();
        long found = read();
        double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Reads;
        if (found != Reads)
        {
            throw new UnreachableException("Every read hits.");
        }
        if (!times.TryGetValue(name, out List<double>? list))
        {
            times[name] = list = [];
        }
        list.Add(nanoseconds);
    }

    private static long ReadStore(Store store, int[] order)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> copy = stackalloc byte[ValueBytes];
        long found = 0;
        foreach (int number in order)
        {
            WriteKey(key, number);
            using EntryScope scope = store.Open(key, NowMs);
            if (scope.Read())
            {
                scope.Value.CopyTo(copy);
                found++;
            }
        }
        return found;
    }

    private static long ReadBatched(Store store, int[] order)
    {
        Span<byte> keys = stackalloc byte[KeyBytes * Batch];
        Span<KeyHash> hashes = stackalloc KeyHash[Batch];
        Span<byte> copy = stackalloc byte[ValueBytes];
        long found = 0;
        for (int from = 0; from < order.Length; from += Batch)
        {
            for (int i = 0; i < Batch; i++)
            {
                Span<byte> key = keys.Slice(i * KeyBytes, KeyBytes);
                WriteKey(key, order[from + i]);
                hashes[i] = store.Hash(key);
                store.PrefetchIndex(hashes[i]);
            }
            for (int i = 0; i < Batch; i++)
            {
                store.PrefetchEntry(hashes[i]);
            }
            for (int i = 0; i < Batch; i++)
            {
                using EntryScope scope = store.Open(keys.Slice(i * KeyBytes, KeyBytes), hashes[i], NowMs);
                if (scope.Read())
                {
                    scope.Value.CopyTo(copy);
                    found++;
                }
            }
        }
        return found;
    }

    private static long ReadDictionary(ConcurrentDictionary<ByteKey, byte[]> dictionary, int[] order)
    {
        byte[] key = new byte[KeyBytes];
        Span<byte> copy = stackalloc byte[ValueBytes];
        long found = 0;
        foreach (int number in order)
        {
            WriteKey(key, number);
            if (dictionary.TryGetValue(new ByteKey(key), out byte[]? value))
            {
                value.CopyTo(copy);
                found++;
            }
        }
        return found;
    }

    private static void WriteKey(Span<byte> key, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(key, number);
        BinaryPrimitives.WriteInt64LittleEndian(key[8..], ~number);
    }

    private readonly record struct ByteKey(byte[] Bytes)
    {
        public bool Equals(ByteKey other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Bytes);
            return hash.ToHashCode();
        }
    }
}

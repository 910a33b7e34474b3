using System.Buffers.Binary;
using System.Globalization;

using Henge.Storage;

namespace Henge.Benchmarks;

/// <summary>
/// Bytes of resident memory an entry costs beyond its key and value, as the slope over fills from 1 to 8 million
/// entries of 16-byte keys and 100-byte values, without and with an expiry. Run: <c>-- memory [millions]</c>.
/// </summary>
internal static class MemoryProgram
{
    private const int KeyBytes = 16;
    private const int ValueBytes = 100;
    private const int Million = 1_000_000;
    private const long NowMs = 1_700_000_000_000;

    public static void Run(string[] args)
    {
        int most = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8;
        foreach (bool expires in new[] { false, true })
        {
            Measure(most, expires);
        }
    }

    private static void Measure(int most, bool expires)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 8L << 30 });
        Console.WriteLine($"{(expires ? "with" : "without")} expiry, {store.ShardCount} shards");
        Span<byte> key = stackalloc byte[KeyBytes];
        byte[] value = new byte[ValueBytes];
        var points = new List<(double Entries, double Resident)>();
        for (int millions = 1; millions <= most; millions++)
        {
            for (int i = (millions - 1) * Million; i < millions * Million; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(key, i);
                BinaryPrimitives.WriteInt64LittleEndian(key[8..], ~(long)i);
                using EntryScope scope = store.Open(key, NowMs);
                scope.Set(EntryType.String, value, expires ? NowMs + 1_000_000 + i : 0);
            }
            long resident = ResidentBytes();
            points.Add((store.Count, resident));
            StoreStatistics statistics = store.GetStatistics();
            double counted = ((double)statistics.UsedBytes / statistics.Entries) - KeyBytes - ValueBytes;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {statistics.Entries,9:N0} entries, {resident / 1e6,8:N1} MB, {counted:F1} B overhead counted"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  slope beyond key and value: {Slope(points) - KeyBytes - ValueBytes:F1} B an entry"));
    }

    /// <summary>Least squares: bytes an entry.</summary>
    private static double Slope(List<(double Entries, double Resident)> points)
    {
        if (points.Count < 2)
        {
            return points[0].Resident / points[0].Entries;
        }
        double x = points.Average(p => p.Entries);
        double y = points.Average(p => p.Resident);
        return points.Sum(p => (p.Entries - x) * (p.Resident - y)) / points.Sum(p => (p.Entries - x) * (p.Entries - x));
    }

    private static long ResidentBytes() => OperatingSystem.IsLinux()
        ? long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture)
            * Environment.SystemPageSize
        : Environment.WorkingSet;
}

using System.Globalization;

namespace Henge.Values;

/// <summary>
/// The memory that this process may take: of the machine, or less where a control group says so. The runtime knows that
/// limit too, but tells of three quarters of it, which it keeps its own heap below, and passes over memory.high, from
/// where the kernel slows a process down.
/// </summary>
internal static class MachineMemory
{
    private const int KiB = 1024;

    private static readonly Lazy<long> s_bytes = new(static () => BytesAt("/"));

    /// <summary>Bytes; looked at once.</summary>
    public static long Bytes => s_bytes.Value;

    /// <summary>The same, with the files of the kernel below a directory of a test.</summary>
    internal static long BytesAt(string root)
    {
        long physical = Physical(Path.Combine(root, "proc/meminfo"));
        long limit = long.MaxValue;
        foreach (string line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1].Length == 0)
            {
                string top = Path.Combine(root, "sys/fs/cgroup");
                limit = Math.Min(limit, Least(top, parts[2], "memory.max", "memory.high"));
                // Beside groups of the first version, those of the second have a place of their own.
                limit = Math.Min(limit, Least(Path.Combine(top, "unified"), parts[2], "memory.max", "memory.high"));
            }
            else if (parts.Length == 3 && parts[1].Split(',').Contains("memory"))
            {
                string top = Path.Combine(root, "sys/fs/cgroup/memory");
                limit = Math.Min(limit, Least(top, parts[2], "memory.limit_in_bytes"));
            }
        }
        return limit < physical ? limit
            : physical < long.MaxValue ? physical
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    // A group is bounded by those above it. In a container the path is one of the host, which is not there: what is at
    // the top is the container's own.
    private static long Least(string top, string path, params ReadOnlySpan<string> files)
    {
        long least = long.MaxValue;
        string group = path.Split('/').Contains("..") ? "" : path.Trim('/');
        while (true)
        {
            foreach (string file in files)
            {
                foreach (string text in Lines(Path.Combine(top, group, file)))
                {
                    if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
                        && bytes > 0)
                    {
                        least = Math.Min(least, bytes);
                    }
                }
            }
            if (group.Length == 0)
            {
                return least;
            }
            group = group.Contains('/') ? group[..group.LastIndexOf('/')] : "";
        }
    }

    private static long Physical(string path)
    {
        string? total = Lines(path).FirstOrDefault(
            static line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return total?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, { } number, ..]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kib)
            ? kib * KiB
            : long.MaxValue;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

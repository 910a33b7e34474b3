using System.Buffers.Binary;
using System.IO.Compression;

namespace Henge.Tests.Storage.Eviction;

/// <summary>The request traces of real systems that hit ratios are checked on, with keys renumbered from 0.</summary>
internal sealed record Trace(int[] Requests, int Distinct)
{
    private static readonly Lock Loading = new();
    private static readonly Dictionary<string, Trace?> Loaded = [];

    /// <summary>Loads a trace; null when the files are not on this machine.</summary>
    public static Trace? TryLoad(string name)
    {
        lock (Loading)
        {
            if (!Loaded.TryGetValue(name, out Trace? trace))
            {
                string? path = FindFolder() is { } folder ? Path.Combine(folder, name) : null;
                Loaded[name] = trace = File.Exists(path) ? Renumber(ReadKeys(path)) : null;
            }
            return trace;
        }
    }

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("HENGE_TRACES") is { Length: > 0 } set)
        {
            return set;
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "shared", "traces");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }
        return null;
    }

    private static Trace Renumber(List<uint> keys)
    {
        var numbers = new Dictionary<uint, int>();
        int[] requests = new int[keys.Count];
        for (int i = 0; i < requests.Length; i++)
        {
            if (!numbers.TryGetValue(keys[i], out int number))
            {
                numbers[keys[i]] = number = numbers.Count;
            }
            requests[i] = number;
        }
        return new Trace(requests, numbers.Count);
    }

    private static List<uint> ReadKeys(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var keys = new List<uint>();
        if (path.Contains(".arc", StringComparison.Ordinal))
        {
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                uint start = uint.Parse(words[0]);
                for (uint key = 0; key < uint.Parse(words[1]); key++)
                {
                    keys.Add(start + key);
                }
            }
            return keys;
        }
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        ReadOnlySpan<byte> all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        for (; all.Length >= 4; all = all[4..])
        {
            keys.Add(BinaryPrimitives.ReadUInt32BigEndian(all));
        }
        return keys;
    }
}

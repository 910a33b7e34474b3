using System.Runtime.InteropServices;

namespace Henge.Simulator.Time;

/// <summary>A rolling hash over everything that happens: two runs of one seed must end with the same.</summary>
internal sealed class EventHash
{
    /// <summary>The hash so far.</summary>
    public ulong Value { get; private set; } = 0xCBF29CE484222325;

    public void Add(long number) => Value = (Value ^ (ulong)number) * 0x9E3779B97F4A7C15 ^ (Value >> 29);

    public void Add(ReadOnlySpan<byte> bytes) => Add((long)Of(bytes));

    /// <summary>The same for the same bytes in every process.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = (ulong)bytes.Length * 0xD6E8FEB86659FD93;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }
        foreach (byte b in bytes[(bytes.Length & ~7)..])
        {
            hash = (hash ^ b) * 0x100000001B3;
        }
        return hash ^ (hash >> 29);
    }
}

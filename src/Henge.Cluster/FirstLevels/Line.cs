using System.Buffers.Binary;

using Henge.Cluster.Rings;

namespace Henge.Cluster.FirstLevels;

/// <summary>
/// One of the 262,144 lines that keys fall into where first levels are concerned: what is invalidated is a line, so an
/// entry of a first level may go for the change of another key of its line, and never stays for want of one. The number
/// is sent, so all nodes compute the same. It is no secret: keys that were chosen to meet in a line only make each
/// other's entries go.
/// </summary>
/// <param name="Number">0 to 262,143.</param>
internal readonly record struct Line(int Number)
{
    /// <summary>How many lines there are.</summary>
    public const int Count = 1 << 18;

    /// <summary>The line of a key. O(key length).</summary>
    public static Line Of(ReadOnlySpan<byte> key)
    {
        ulong hash = (ulong)key.Length;
        for (; key.Length >= sizeof(ulong); key = key[sizeof(ulong)..])
        {
            hash = Mixing.Of(hash, BinaryPrimitives.ReadUInt64LittleEndian(key));
        }
        ulong last = 0;
        foreach (byte b in key)
        {
            last = (last << 8) | b;
        }
        return new Line((int)(Mixing.Of(hash, last) >> (64 - 18)));
    }
}

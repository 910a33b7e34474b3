using System.Buffers.Binary;

namespace Henge.Cluster;

/// <summary>
/// One of the 16,384 fixed units of the key space: CRC16 (XMODEM) of the key, or of what stands between the first
/// '{' and the next '}' where that is not empty, as the Redis Cluster specification says.
/// </summary>
/// <param name="Number">0 to 16,383.</param>
internal readonly record struct Slot(int Number)
{
    /// <summary>How many slots there are.</summary>
    public const int Count = 16384;

    /// <summary>Bytes taken at a time.</summary>
    private const int Stride = sizeof(ulong);

    /// <summary>
    /// Row k: what a byte adds to the sum when k bytes follow it. With eight rows, eight bytes are looked up side by
    /// side instead of one after another: a slot is asked for several times on the way of each command.
    /// </summary>
    private static readonly ushort[] s_tables = BuildTables();

    /// <summary>The slot of a key. O(key length).</summary>
    public static Slot Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            int length = key[(open + 1)..].IndexOf((byte)'}');
            if (length > 0)
            {
                key = key.Slice(open + 1, length);
            }
        }
        int crc = 0;
        ushort[] tables = s_tables;
        for (; key.Length >= Stride; key = key[Stride..])
        {
            ulong bytes = BinaryPrimitives.ReadUInt64BigEndian(key) ^ ((ulong)crc << 48);
            crc = tables[(7 << 8) | (int)(bytes >> 56)]
                ^ tables[(6 << 8) | (byte)(bytes >> 48)]
                ^ tables[(5 << 8) | (byte)(bytes >> 40)]
                ^ tables[(4 << 8) | (byte)(bytes >> 32)]
                ^ tables[(3 << 8) | (byte)(bytes >> 24)]
                ^ tables[(2 << 8) | (byte)(bytes >> 16)]
                ^ tables[(1 << 8) | (byte)(bytes >> 8)]
                ^ tables[(byte)bytes];
        }
        foreach (byte b in key)
        {
            crc = (ushort)(crc << 8) ^ tables[(crc >> 8) ^ b];
        }
        return new Slot(crc & (Count - 1));
    }

    private static ushort[] BuildTables()
    {
        var tables = new ushort[Stride << 8];
        for (int i = 0; i < 256; i++)
        {
            int crc = i << 8;
            for (int row = 0; row < Stride; row++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
                }
                crc = (ushort)crc;
                tables[(row << 8) | i] = (ushort)crc;
            }
        }
        return tables;
    }
}

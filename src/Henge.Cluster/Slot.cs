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

    private static readonly ushort[] s_table = BuildTable();

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
        foreach (byte b in key)
        {
            crc = (ushort)(crc << 8) ^ s_table[(crc >> 8) ^ b];
        }
        return new Slot(crc & (Count - 1));
    }

    private static ushort[] BuildTable()
    {
        var table = new ushort[256];
        for (int i = 0; i < 256; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            table[i] = (ushort)crc;
        }
        return table;
    }
}

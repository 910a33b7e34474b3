namespace Henge.Commands.Hashes;

/// <summary>
/// One field and its value inside a hash value:
/// <code>
/// | field length * 2 + dead (varint) | value length (varint) | field | value |
/// </code>
/// Varints are little-endian base 128, so the lowest bit of the first byte tells whether the record is dead. A dead
/// one is a hole that only a rebuild takes out.
/// </summary>
internal readonly ref struct HashRecord
{
    private const int MaxVarintBytes = 5;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _fieldLength;

    private HashRecord(ReadOnlySpan<byte> bytes, int start, int fieldStart, int fieldLength, int end, bool isDead)
    {
        _bytes = bytes;
        _fieldLength = fieldLength;
        Start = start;
        FieldStart = fieldStart;
        End = end;
        IsDead = isDead;
    }

    /// <summary>Where it begins in the hash value.</summary>
    public int Start { get; }

    /// <summary>Where the next one begins.</summary>
    public int End { get; }

    /// <summary>Bytes it takes.</summary>
    public int Length => End - Start;

    /// <summary>Whether it is a hole.</summary>
    public bool IsDead { get; }

    /// <summary>Where the bytes of the value begin in the hash value.</summary>
    public int ValueStart => FieldStart + _fieldLength;

    /// <summary>The field.</summary>
    public ReadOnlySpan<byte> Field => _bytes.Slice(FieldStart, _fieldLength);

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value => _bytes[ValueStart..End];

    private int FieldStart { get; }

    /// <summary>Reads the record at a position.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    public static HashRecord Read(ReadOnlySpan<byte> bytes, int at)
    {
        int position = at;
        uint first = ReadVarint(bytes, ref position);
        uint valueLength = ReadVarint(bytes, ref position);
        uint fieldLength = first >> 1;
        long end = position + (long)fieldLength + valueLength;
        if (end > bytes.Length)
        {
            throw Malformed();
        }
        return new HashRecord(bytes, at, position, (int)fieldLength, (int)end, (first & 1) != 0);
    }

    /// <summary>Bytes that a record takes.</summary>
    public static long Size(ReadOnlySpan<byte> field, ReadOnlySpan<byte> value) =>
        VarintSize((uint)field.Length << 1) + VarintSize((uint)value.Length) + (long)field.Length + value.Length;

    /// <summary>Writes a record at a position, which must have room for it.</summary>
    public static void Write(Span<byte> bytes, int at, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        WriteVarint(bytes, ref at, (uint)field.Length << 1);
        WriteVarint(bytes, ref at, (uint)value.Length);
        field.CopyTo(bytes[at..]);
        value.CopyTo(bytes[(at + field.Length)..]);
    }

    /// <summary>Makes a hole of the record at a position.</summary>
    public static void MarkDead(Span<byte> bytes, int at) => bytes[at] |= 1;

    /// <summary>What reading bytes that no writer wrote ends with.</summary>
    public static InvalidDataException Malformed() => new("The bytes of a hash are malformed.");

    private static uint ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            if ((uint)at >= (uint)bytes.Length)
            {
                throw Malformed();
            }
            byte b = bytes[at++];
            value |= (uint)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                return value;
            }
        }
        throw Malformed();
    }

    private static void WriteVarint(Span<byte> bytes, ref int at, uint value)
    {
        while (value >= 0x80)
        {
            bytes[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        bytes[at++] = (byte)value;
    }

    private static int VarintSize(uint value)
    {
        int size = 1;
        while (value >= 0x80)
        {
            size++;
            value >>= 7;
        }
        return size;
    }
}

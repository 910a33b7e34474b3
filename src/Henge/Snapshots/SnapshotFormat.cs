using System.Buffers.Binary;
using System.Numerics;

using Henge.Protocol;

namespace Henge.Snapshots;

/// <summary>
/// The file of a snapshot, little-endian:
/// <code>
/// file:   "HENGESNP" | u16 version | u16 least version that a reader must know | blocks
/// block:  u8 kind | u32 length | u32 checksum | bytes
/// </code>
/// The checksum is CRC-32C over the block's number in the file (u64, from 0), its kind, its length and its bytes: a
/// block that is missing, moved or repeated does not fit. The first block is the header, the last one the end; without
/// an end the file was cut. A reader passes over kinds of 128 and above that it does not know, and refuses a file with
/// others.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>The version that is written.</summary>
    public const ushort Version = 1;

    /// <summary>Readers of this version and later understand what is written.</summary>
    public const ushort LeastReader = 1;

    /// <summary>Bytes before the first block.</summary>
    public const int PreambleBytes = 12;

    /// <summary>Bytes of a block before its own.</summary>
    public const int BlockHeaderBytes = 9;

    /// <summary>A block of records ends when it has reached so many bytes.</summary>
    public const int BlockBytes = 1 << 20;

    /// <summary>Longest block: records of the longest value there can be, and one that was begun before it.</summary>
    public const int MaxBlockBytes = HengeOptions.LargestValueBytes + (2 * BlockBytes);

    /// <summary>The first eight bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "HENGESNP"u8;

    /// <summary>Writes what stands before the first block.</summary>
    public static void WritePreamble(Span<byte> preamble)
    {
        Magic.CopyTo(preamble);
        BinaryPrimitives.WriteUInt16LittleEndian(preamble[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(preamble[10..], LeastReader);
    }

    /// <summary>Writes what stands before the bytes of a block.</summary>
    public static void WriteBlockHeader(Span<byte> header, long number, SnapshotBlock kind, ReadOnlySpan<byte> bytes)
    {
        header[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(header[1..], (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[5..], Checksum(number, kind, bytes));
    }

    /// <summary>The checksum of a block.</summary>
    public static uint Checksum(long number, SnapshotBlock kind, ReadOnlySpan<byte> bytes)
    {
        uint sum = BitOperations.Crc32C(Crc32C.Start, (ulong)number);
        sum = BitOperations.Crc32C(sum, (byte)kind);
        sum = BitOperations.Crc32C(sum, (uint)bytes.Length);
        return ~Crc32C.Append(sum, bytes);
    }
}

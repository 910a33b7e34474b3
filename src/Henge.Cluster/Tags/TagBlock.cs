using System.Buffers.Binary;

namespace Henge.Cluster.Tags;

/// <summary>
/// Where the attributes of an entry have its tags: a block that begins with the byte 2 goes on with u16 length and a
/// <see cref="TagList"/>; one that begins with 3 has u64 behind these: the version at which its value began to be made.
/// What follows is not about tags. A block that begins otherwise has none, which one byte tells.
/// </summary>
internal static class TagBlock
{
    /// <summary>First byte of a block with tags.</summary>
    public const byte Mark = 2;

    /// <summary>First byte of a block with tags and the version at which its value began to be made.</summary>
    public const byte MarkBegun = 3;

    /// <summary>Bytes before the list.</summary>
    public const int HeaderBytes = 1 + sizeof(ushort);

    /// <summary>The list of tags in a block; empty where it has none.</summary>
    public static ReadOnlySpan<byte> TagsOf(ReadOnlySpan<byte> block)
    {
        if (block.Length < HeaderBytes || block[0] is not (Mark or MarkBegun))
        {
            return default;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(block[1..]);
        return length <= block.Length - HeaderBytes - TrailerOf(block) ? block.Slice(HeaderBytes, length) : default;
    }

    /// <summary>
    /// The version by which an entry is to be judged: its own, or where its value began to be made before it was
    /// written, that.
    /// </summary>
    /// <param name="block">A block with tags or without.</param>
    /// <param name="version">The entry's version.</param>
    public static ulong JudgedBy(ReadOnlySpan<byte> block, ulong version) =>
        block.IsEmpty || block[0] != MarkBegun || TagsOf(block) is not { IsEmpty: false } tags ? version
            : Math.Min(version, BinaryPrimitives.ReadUInt64LittleEndian(block[(HeaderBytes + tags.Length)..]));

    /// <summary>What a block with tags has behind all that is about them.</summary>
    public static ReadOnlySpan<byte> After(ReadOnlySpan<byte> block, ReadOnlySpan<byte> tags) =>
        block[(HeaderBytes + tags.Length + TrailerOf(block))..];

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public static int Length(ReadOnlySpan<byte> tags, ulong begun) =>
        HeaderBytes + tags.Length + (begun == 0 ? 0 : sizeof(ulong));

    /// <summary>Begins a block; returns the bytes written.</summary>
    /// <param name="tags">A <see cref="TagList"/>, not empty.</param>
    /// <param name="begun">The version at which the value began to be made; 0: when it was written.</param>
    /// <param name="buffer">At least <see cref="Length"/>.</param>
    public static int Write(ReadOnlySpan<byte> tags, ulong begun, Span<byte> buffer)
    {
        buffer[0] = begun == 0 ? Mark : MarkBegun;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[1..], (ushort)tags.Length);
        tags.CopyTo(buffer[HeaderBytes..]);
        if (begun != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[(HeaderBytes + tags.Length)..], begun);
        }
        return Length(tags, begun);
    }

    private static int TrailerOf(ReadOnlySpan<byte> block) => block[0] == MarkBegun ? sizeof(ulong) : 0;
}

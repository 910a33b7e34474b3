using System.Buffers.Binary;

namespace Henge.Cluster.Tags;

/// <summary>
/// Where the attributes of an entry have its tags: a block that begins with the byte 2 goes on with u16 length and a
/// <see cref="TagList"/>; what follows is not about tags. A block that begins otherwise has none, which one byte tells.
/// </summary>
internal static class TagBlock
{
    /// <summary>First byte of a block with tags.</summary>
    public const byte Mark = 2;

    /// <summary>Bytes before the list.</summary>
    public const int HeaderBytes = 1 + sizeof(ushort);

    /// <summary>The list of tags in a block; empty where it has none.</summary>
    public static ReadOnlySpan<byte> TagsOf(ReadOnlySpan<byte> block)
    {
        if (block.Length < HeaderBytes || block[0] != Mark)
        {
            return default;
        }
        int length = BinaryPrimitives.ReadUInt16LittleEndian(block[1..]);
        return length <= block.Length - HeaderBytes ? block.Slice(HeaderBytes, length) : default;
    }

    /// <summary>Begins a block with a list of tags; returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<byte> tags, Span<byte> buffer)
    {
        buffer[0] = Mark;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[1..], (ushort)tags.Length);
        tags.CopyTo(buffer[HeaderBytes..]);
        return HeaderBytes + tags.Length;
    }
}

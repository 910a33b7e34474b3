using System.Buffers.Binary;
using System.Text;

using Henge.Cluster.Tags;

namespace Henge.Entries;

/// <summary>
/// What HTTP and the caches of an application keep beside a value, as the store's opaque attributes; each reads what
/// the other wrote. A version byte (1), or where the entry has tags a <see cref="TagBlock"/>; then fields of name (1
/// byte), length (1 byte) and bytes, numbers little-endian. Names: 1 content type (ASCII), 2 idle time (i64 ms), 3
/// deadline that sliding does not pass (i64 unix ms). Unknown names are skipped; a block of another version counts as
/// empty.
/// </summary>
internal readonly ref struct EntryAttributes
{
    /// <summary>Longest block that <see cref="Write"/> makes of what has no tags.</summary>
    public const int MaxLength = 1 + 2 + 255 + 2 * (2 + sizeof(long));

    private const byte FormatVersion = 1;
    private const byte ContentTypeTag = 1;
    private const byte IdleTag = 2;
    private const byte DeadlineTag = 3;

    private EntryAttributes(
        ReadOnlySpan<byte> tags, ReadOnlySpan<byte> contentType, long idleMs, long deadlineMs)
    {
        Tags = tags;
        ContentType = contentType;
        IdleMs = idleMs;
        DeadlineMs = deadlineMs;
    }

    /// <summary>The <see cref="TagList"/>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Tags { get; }

    /// <summary>The content type, ASCII; empty when none was given.</summary>
    public ReadOnlySpan<byte> ContentType { get; }

    /// <summary>Idle time of a sliding entry; 0 for none.</summary>
    public long IdleMs { get; }

    /// <summary>Deadline of a sliding entry; 0 for none.</summary>
    public long DeadlineMs { get; }

    /// <summary>Reads a block.</summary>
    public static EntryAttributes Read(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> tags = TagBlock.TagsOf(block);
        if (tags.IsEmpty && (block.IsEmpty || block[0] != FormatVersion))
        {
            return default;
        }
        ReadOnlySpan<byte> contentType = default;
        long idle = 0;
        long deadline = 0;
        block = tags.IsEmpty ? block[1..] : TagBlock.After(block, tags);
        while (block.Length >= 2 && block.Length - 2 >= block[1])
        {
            ReadOnlySpan<byte> field = block.Slice(2, block[1]);
            switch (block[0])
            {
                case ContentTypeTag:
                    contentType = field;
                    break;
                case IdleTag when field.Length == sizeof(long):
                    idle = BinaryPrimitives.ReadInt64LittleEndian(field);
                    break;
                case DeadlineTag when field.Length == sizeof(long):
                    deadline = BinaryPrimitives.ReadInt64LittleEndian(field);
                    break;
            }
            block = block[(2 + field.Length)..];
        }
        return new EntryAttributes(tags, contentType, idle, deadline);
    }

    /// <summary>Longest block with a list of tags.</summary>
    public static int LongestWith(ReadOnlySpan<byte> tags) =>
        MaxLength + (tags.IsEmpty ? 0 : TagBlock.Length(tags, ulong.MaxValue));

    /// <summary>Writes a block.</summary>
    /// <param name="tags">A <see cref="TagList"/>; empty for none.</param>
    /// <param name="begun">Kept only beside tags (<see cref="TagBlock.Write"/>).</param>
    /// <param name="contentType">Printable ASCII, at most 255 characters; null for none.</param>
    /// <param name="idleMs">0 for none.</param>
    /// <param name="deadlineMs">Kept only beside an idle time.</param>
    /// <param name="buffer">At least <see cref="LongestWith"/>.</param>
    /// <returns>Bytes written; 0 where there is nothing to keep.</returns>
    public static int Write(
        ReadOnlySpan<byte> tags, ulong begun, string? contentType, long idleMs, long deadlineMs, Span<byte> buffer)
    {
        int at = 1;
        if (tags.IsEmpty)
        {
            buffer[0] = FormatVersion;
        }
        else
        {
            at = TagBlock.Write(tags, begun, buffer);
        }
        if (!string.IsNullOrEmpty(contentType))
        {
            buffer[at++] = ContentTypeTag;
            buffer[at++] = (byte)contentType.Length;
            at += Encoding.ASCII.GetBytes(contentType, buffer[at..]);
        }
        if (idleMs != 0)
        {
            at = WriteNumber(buffer, at, IdleTag, idleMs);
            if (deadlineMs != 0)
            {
                at = WriteNumber(buffer, at, DeadlineTag, deadlineMs);
            }
        }
        return at == 1 ? 0 : at;
    }

    /// <summary>Writes the block of a value without a content type, into the buffer where it fits.</summary>
    /// <param name="write">Its tags, and how long the entry is to live.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="buffer">At least <see cref="MaxLength"/>.</param>
    public static ReadOnlySpan<byte> WriteFor(in EntryWrite write, long nowMs, Span<byte> buffer)
    {
        ReadOnlySpan<byte> tags = write.Tags.Span;
        Span<byte> room = tags.IsEmpty ? buffer : new byte[LongestWith(tags)];
        Lifetime lifetime = write.Lifetime;
        return room[..Write(tags, write.Begun, null, lifetime.IdleMs, lifetime.Deadline(nowMs), room)];
    }

    private static int WriteNumber(Span<byte> buffer, int at, byte tag, long number)
    {
        buffer[at] = tag;
        buffer[at + 1] = sizeof(long);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[(at + 2)..], number);
        return at + 2 + sizeof(long);
    }
}

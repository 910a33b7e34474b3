using System.Buffers.Binary;

namespace Henge.Cluster.Tags;

/// <summary>
/// Tags as they are kept and sent: of each u16 length and bytes (UTF-8), one behind the other, little-endian. The empty
/// tag is the mark of entries that an invalidation of everything tagged reaches (`*`). Enumerated as spans; a list that
/// makes no sense ends where it does not.
/// </summary>
/// <param name="list">The list.</param>
internal readonly ref struct TagList(ReadOnlySpan<byte> list)
{
    /// <summary>Most tags of one entry, or of one invalidation.</summary>
    public const int MaxTags = 64;

    /// <summary>Longest tag in bytes.</summary>
    public const int MaxTagBytes = 256;

    /// <summary>Longest list in bytes: attributes are 16 KiB at most, and have room for the rest.</summary>
    public const int MaxBytes = 15 * 1024;

    private readonly ReadOnlySpan<byte> _list = list;

    /// <summary>Whether it is a list of an entry's tags, within all limits and without anything behind.</summary>
    public bool IsSound => IsSoundUpTo(MaxTagBytes);

    /// <summary>The same of rows of a table: tags, and sets of them.</summary>
    public bool IsSoundToInvalidate => IsSoundUpTo(TagSet.MaxBytes);

    /// <summary>How many tags there are.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (ReadOnlySpan<byte> _ in this)
            {
                count++;
            }
            return count;
        }
    }

    /// <summary>Whether a tag is in it.</summary>
    public bool Contains(ReadOnlySpan<byte> tag)
    {
        foreach (ReadOnlySpan<byte> one in this)
        {
            if (one.SequenceEqual(tag))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Writes a tag at the beginning of a buffer; returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<byte> tag, Span<byte> buffer)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)tag.Length);
        tag.CopyTo(buffer[sizeof(ushort)..]);
        return sizeof(ushort) + tag.Length;
    }

    /// <summary>Enumerates the tags.</summary>
    public Enumerator GetEnumerator() => new(_list);

    private bool IsSoundUpTo(int longest)
    {
        int count = 0;
        int bytes = 0;
        foreach (ReadOnlySpan<byte> tag in this)
        {
            count++;
            bytes += sizeof(ushort) + tag.Length;
            if (tag.Length > longest)
            {
                return false;
            }
        }
        return count <= MaxTags && bytes == _list.Length && bytes <= MaxBytes;
    }

    /// <summary>Goes through the tags.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        /// <summary>The tag.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Goes to the next tag, if there is one.</summary>
        public bool MoveNext()
        {
            if (_rest.Length < sizeof(ushort)
                || BinaryPrimitives.ReadUInt16LittleEndian(_rest) is var length
                    && length > _rest.Length - sizeof(ushort))
            {
                return false;
            }
            Current = _rest.Slice(sizeof(ushort), length);
            _rest = _rest[(sizeof(ushort) + length)..];
            return true;
        }
    }
}

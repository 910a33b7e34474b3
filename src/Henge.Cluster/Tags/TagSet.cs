namespace Henge.Cluster.Tags;

/// <summary>
/// An invalidation of the entries that have all of several tags, as one row of the tables: the byte 0xFE, which begins
/// no tag since it is no UTF-8, and the <see cref="TagList"/> of its tags, sorted by their bytes. So it is told,
/// ordered, merged and repaired as a tag is.
/// </summary>
internal static class TagSet
{
    /// <summary>Most tags of one set.</summary>
    public const int MaxTags = 8;

    /// <summary>Longest row in bytes.</summary>
    public const int MaxBytes = 1 + MaxTags * (sizeof(ushort) + TagList.MaxTagBytes);

    private const byte Mark = 0xFE;

    /// <summary>The row of some tags, of which none is there twice.</summary>
    public static byte[] Row(IEnumerable<byte[]> tags)
    {
        byte[][] sorted = [.. tags];
        Array.Sort(sorted, static (one, other) => one.AsSpan().SequenceCompareTo(other));
        byte[] row = new byte[1 + sorted.Sum(static tag => sizeof(ushort) + tag.Length)];
        row[0] = Mark;
        int at = 1;
        foreach (byte[] tag in sorted)
        {
            at += TagList.Write(tag, row.AsSpan(at));
        }
        return row;
    }

    /// <summary>Whether a row is of a set, and not of a tag.</summary>
    public static bool Is(ReadOnlySpan<byte> row) => !row.IsEmpty && row[0] == Mark;

    /// <summary>The tags of a set.</summary>
    public static TagList TagsOf(ReadOnlySpan<byte> row) => new(row[1..]);

    /// <summary>Whether an entry with some tags has all of a set.</summary>
    public static bool IsPartOf(ReadOnlySpan<byte> row, TagList tags)
    {
        foreach (ReadOnlySpan<byte> tag in TagsOf(row))
        {
            if (!tags.Contains(tag))
            {
                return false;
            }
        }
        return true;
    }
}

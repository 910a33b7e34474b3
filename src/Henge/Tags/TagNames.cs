using System.Text;

using Henge.Cluster.Tags;

namespace Henge.Tags;

/// <summary>Turns the names of tags into a <see cref="TagList"/> and back.</summary>
internal static class TagNames
{
    /// <summary>In an invalidation: everything that is marked. No entry has it as a tag.</summary>
    public const string Everything = "*";

    /// <summary>The list of an entry's tags.</summary>
    /// <param name="tags">Their names; one that is there twice is kept once.</param>
    /// <param name="isMarked">Whether an invalidation of <see cref="Everything"/> reaches the entry too.</param>
    /// <param name="list">The list; empty where there is nothing to keep.</param>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static string? TryMakeList(IEnumerable<string> tags, bool isMarked, out byte[] list)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (isMarked)
        {
            names.Add("");
        }
        list = [];
        foreach (string tag in tags)
        {
            if ((tag == Everything ? "No entry has the tag *: it stands for all." : WrongWith(tag)) is { } wrong)
            {
                return wrong;
            }
            names.Add(tag);
        }
        if (names.Count > TagList.MaxTags)
        {
            return $"An entry has at most {TagList.MaxTags} tags, not {names.Count}.";
        }
        list = Write(names);
        return list.Length <= TagList.MaxBytes ? null : $"The tags of an entry have at most {TagList.MaxBytes} bytes.";
    }

    /// <summary>What is wrong with the name of a tag; null when nothing is.</summary>
    public static string? WrongWith(string? tag)
    {
        if (string.IsNullOrEmpty(tag))
        {
            return "A tag must not be empty.";
        }
        return Encoding.UTF8.GetByteCount(tag) <= TagList.MaxTagBytes
            ? null : $"A tag has at most {TagList.MaxTagBytes} bytes of UTF-8.";
    }

    /// <summary>
    /// The tags to invalidate, as lists that one invalidation takes each; the names are right.
    /// </summary>
    public static List<byte[]> ToInvalidate(IReadOnlyCollection<string> tags) =>
        [.. tags.Distinct(StringComparer.Ordinal).Select(tag => tag == Everything ? "" : tag)
            .Chunk(TagList.MaxBytes / (sizeof(ushort) + TagList.MaxTagBytes)).Select(Write)];

    /// <summary>The names in a list, but for the mark.</summary>
    public static List<string> Of(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        foreach (ReadOnlySpan<byte> tag in new TagList(list))
        {
            if (!tag.IsEmpty)
            {
                names.Add(Encoding.UTF8.GetString(tag));
            }
        }
        return names;
    }

    private static byte[] Write(IReadOnlyCollection<string> names)
    {
        byte[] list = new byte[names.Sum(name => sizeof(ushort) + Encoding.UTF8.GetByteCount(name))];
        int at = 0;
        foreach (string name in names)
        {
            at += TagList.Write(Encoding.UTF8.GetBytes(name), list.AsSpan(at));
        }
        return list;
    }
}

using System.Security.Cryptography;
using System.Text;

using Henge.Cluster.Tags;

namespace Henge.Tags;

/// <summary>Turns the names of tags into a <see cref="TagList"/> and back.</summary>
internal static class TagNames
{
    /// <summary>In an invalidation: everything that is marked. No entry has it as a tag.</summary>
    public const string Everything = "*";

    // Begins no UTF-8: nothing that an application or a client can name.
    private const byte FirstOfMark = 0xFF;
    private const int HashBytes = 16;

    /// <summary>
    /// The mark that <see cref="Everything"/> reaches of an application without a key prefix, and over HTTP.
    /// </summary>
    public static byte[] Mark { get; } = [];

    /// <summary>
    /// The mark of an application: a tag of what its caches store, by which all of it is invalidated and nothing of
    /// applications with another key prefix. Its length does not depend on the prefix.
    /// </summary>
    public static byte[] MarkOf(string keyPrefix) => keyPrefix.Length == 0
        ? Mark : [FirstOfMark, .. SHA256.HashData(Encoding.UTF8.GetBytes(keyPrefix)).AsSpan(0, HashBytes)];

    /// <summary>The list of an entry's tags.</summary>
    /// <param name="tags">Their names; one that is there twice is kept once.</param>
    /// <param name="mark">The mark of the application whose entry it is; null for none.</param>
    /// <param name="list">The list; empty where there is nothing to keep.</param>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static string? TryMakeList(IEnumerable<string> tags, byte[]? mark, out byte[] list)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        list = [];
        foreach (string tag in tags)
        {
            if ((tag == Everything ? "No entry has the tag *: it stands for all." : WrongWith(tag)) is { } wrong)
            {
                return wrong;
            }
            names.Add(tag);
        }
        int most = TagList.MaxTags - (mark is null ? 0 : 1);
        if (names.Count > most)
        {
            return $"An entry has at most {most} tags, not {names.Count}.";
        }
        IEnumerable<byte[]> bytes = names.Select(Encoding.UTF8.GetBytes);
        list = Write([.. mark is null ? bytes : bytes.Prepend(mark)]);
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
    /// <param name="tags">Their names.</param>
    /// <param name="mark">What <see cref="Everything"/> stands for.</param>
    public static List<byte[]> ToInvalidate(IReadOnlyCollection<string> tags, byte[] mark) =>
        [.. BytesOf(tags, mark).Chunk(TagList.MaxBytes / (sizeof(ushort) + TagList.MaxTagBytes)).Select(Write)];

    /// <summary>
    /// The list that invalidates the entries which have all of some tags; the names are right, and there are at most
    /// <see cref="TagSet.MaxTags"/>.
    /// </summary>
    public static byte[] ToInvalidateTogether(IReadOnlyCollection<string> tags, byte[] mark)
    {
        byte[][] set = [.. BytesOf(tags, mark)];
        return Write(set.Length == 1 ? set : [TagSet.Row(set)]);
    }

    /// <summary>The names in a list, but for marks.</summary>
    public static List<string> Of(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        foreach (ReadOnlySpan<byte> tag in new TagList(list))
        {
            if (!tag.IsEmpty && tag[0] != FirstOfMark)
            {
                names.Add(Encoding.UTF8.GetString(tag));
            }
        }
        return names;
    }

    private static IEnumerable<byte[]> BytesOf(IReadOnlyCollection<string> tags, byte[] mark) =>
        tags.Distinct(StringComparer.Ordinal).Select(tag => tag == Everything ? mark : Encoding.UTF8.GetBytes(tag));

    private static byte[] Write(byte[][] tags)
    {
        byte[] list = new byte[tags.Sum(static tag => sizeof(ushort) + tag.Length)];
        int at = 0;
        foreach (byte[] tag in tags)
        {
            at += TagList.Write(tag, list.AsSpan(at));
        }
        return list;
    }
}

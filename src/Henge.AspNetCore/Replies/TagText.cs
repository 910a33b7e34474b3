using System.Text;
using System.Text.Unicode;

using Henge.AspNetCore.Requests;
using Henge.Cluster.Tags;
using Henge.Tags;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Replies;

/// <summary>
/// Tags in requests and replies: names with commas between them, percent-encoded where they have a comma, a blank, a
/// percent sign or anything beyond ASCII. Control characters are refused however they are written.
/// </summary>
internal static class TagText
{
    /// <summary>The header.</summary>
    public const string Header = "Cache-Tags";

    /// <summary>Reads the header of a PUT.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="list">The list of tags; empty without the header.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static Problem? TryRead(IHeaderDictionary headers, out byte[] list)
    {
        list = [];
        if (!headers.TryGetValue(Header, out Microsoft.Extensions.Primitives.StringValues values))
        {
            return null;
        }
        var names = new List<string>();
        foreach (string? value in values)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (TryAdd(value.AsSpan(part).Trim(" \t"), plusIsSpace: false, names) is { } wrong)
                {
                    return wrong;
                }
            }
        }
        return TagNames.TryMakeList(names, mark: null, out list) is { } text ? Problems.BadTag(text) : null;
    }

    /// <summary>Reads every <c>tag</c> of a query.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static Problem? TryRead(ReadOnlySpan<char> query, out List<string> names)
    {
        names = [];
        foreach (Range part in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[part];
            if (pair.StartsWith("tag=", StringComparison.Ordinal)
                && TryAdd(pair["tag=".Length..], plusIsSpace: true, names) is { } wrong)
            {
                return wrong;
            }
        }
        return names.Count switch
        {
            0 => Problems.BadTag("A tag must not be empty."),
            > TagList.MaxTags => Problems.BadTag($"At most {TagList.MaxTags} tags are invalidated at once."),
            _ => null,
        };
    }

    /// <summary>Tags as the header shows them; null where there is none with a name.</summary>
    public static string? Show(ReadOnlySpan<byte> list)
    {
        var text = new StringBuilder();
        foreach (ReadOnlySpan<byte> tag in new TagList(list))
        {
            if (tag.IsEmpty)
            {
                continue;
            }
            if (text.Length > 0)
            {
                text.Append(',');
            }
            foreach (byte each in tag)
            {
                if (each is > (byte)' ' and < 0x7F and not (byte)',' and not (byte)'%')
                {
                    text.Append((char)each);
                }
                else
                {
                    text.Append('%').Append(Convert.ToHexString([each]));
                }
            }
        }
        return text.Length > 0 ? text.ToString() : null;
    }

    private static Problem? TryAdd(ReadOnlySpan<char> text, bool plusIsSpace, List<string> names)
    {
        // Nothing that is this long decodes to a tag, and nothing longer need be looked at.
        if (text.Length > 3 * TagList.MaxTagBytes)
        {
            return Problems.BadTag($"A tag has at most {TagList.MaxTagBytes} bytes of UTF-8.");
        }
        Span<byte> bytes = stackalloc byte[3 * TagList.MaxTagBytes];
        if (!PercentEncoding.TryDecode(text, plusIsSpace, bytes, out int length) || !Utf8.IsValid(bytes[..length]))
        {
            return Problems.BadTag("A tag is UTF-8, percent-encoded where it is not ASCII.");
        }
        string name = Encoding.UTF8.GetString(bytes[..length]);
        if (TagNames.WrongWith(name) is { } wrong)
        {
            return Problems.BadTag(wrong);
        }
        if (name.Any(char.IsControl))
        {
            return Problems.BadTag("A tag must not have control characters.");
        }
        names.Add(name);
        return null;
    }
}

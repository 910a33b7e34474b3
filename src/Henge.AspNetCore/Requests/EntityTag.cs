using System.Globalization;

namespace Henge.AspNetCore.Requests;

/// <summary>Entity tags: the version of an entry as 16 hexadecimal digits in quotes, always strong.</summary>
internal static class EntityTag
{
    /// <summary>Characters of a tag with its quotes.</summary>
    public const int Length = 18;

    /// <summary>The tag of a version.</summary>
    public static string Of(ulong version) => string.Create(Length, version, static (text, version) =>
    {
        text[0] = '"';
        version.TryFormat(text[1..], out _, "x16", CultureInfo.InvariantCulture);
        text[Length - 1] = '"';
    });

    /// <summary>Whether a list of tags (If-Match, If-None-Match) holds a version, or is <c>*</c>.</summary>
    /// <param name="list">The header's value.</param>
    /// <param name="version">The version of the entry, which is there.</param>
    /// <param name="weak">Whether tags marked weak may match (If-None-Match) or not (If-Match).</param>
    public static bool Matches(ReadOnlySpan<char> list, ulong version, bool weak)
    {
        if (list.Trim() is "*")
        {
            return true;
        }
        foreach (Range part in list.Split(','))
        {
            ReadOnlySpan<char> tag = list[part].Trim();
            if (weak && tag.StartsWith("W/", StringComparison.Ordinal))
            {
                tag = tag[2..];
            }
            if (IsTagOf(tag, version))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsTagOf(ReadOnlySpan<char> tag, ulong version) =>
        tag.Length == Length && tag[0] == '"' && tag[Length - 1] == '"'
        && ulong.TryParse(tag[1..^1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong given)
        && given == version;
}

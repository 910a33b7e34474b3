using System.Text;

namespace Henge.Protocol;

/// <summary>
/// Signs of a request that was meant for another protocol and was led here: a browser's form, a forged request from
/// inside (SSRF) with line breaks in its URL. What shows them is closed without a reply, and nothing after it is run.
/// </summary>
internal static class CrossProtocol
{
    /// <summary>Whether a first word is an HTTP method that is no command, or a header's name ("Host:").</summary>
    public static bool IsForeignName(ReadOnlySpan<byte> name)
    {
        if (name.EndsWith(":"u8))
        {
            return true;
        }
        return name.Length switch
        {
            3 => Ascii.EqualsIgnoreCase(name, "PUT"u8),
            4 => Ascii.EqualsIgnoreCase(name, "POST"u8) || Ascii.EqualsIgnoreCase(name, "HEAD"u8),
            7 => Ascii.EqualsIgnoreCase(name, "OPTIONS"u8) || Ascii.EqualsIgnoreCase(name, "CONNECT"u8),
            _ => false,
        };
    }

    /// <summary>Whether an inline line carries an HTTP version, whoever sends it.</summary>
    public static bool HasHttpVersion(ReadOnlySpan<byte> line) => line.IndexOf(" HTTP/1."u8) >= 0;

    /// <summary>Whether a word is a path or URL, which no inline command of a stranger needs.</summary>
    public static bool IsPathOrUrl(ReadOnlySpan<byte> word) =>
        word.StartsWith("/"u8) || (word.Length >= 4 && Ascii.EqualsIgnoreCase(word[..4], "http"u8));
}

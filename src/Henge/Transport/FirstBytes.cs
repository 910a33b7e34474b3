namespace Henge.Transport;

/// <summary>
/// Decides once, from bytes that are only peeked at, which protocol a connection speaks; it never changes afterwards.
/// An array is RESP. A first line of <c>METHOD target HTTP/1.x</c> that ends with CRLF is HTTP. Any other line can only
/// be an inline command, which is for people and scripts on this machine.
/// </summary>
internal static class FirstBytes
{
    /// <summary>Longest first line of an HTTP request, its end included; no need to peek at more.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Decides from what has come so far, at most <see cref="MaxBytes"/>.</summary>
    /// <param name="bytes">The first bytes of the connection, at least one.</param>
    /// <param name="allowsInline">Whether an inline command may come first: on loopback.</param>
    public static FirstBytesVerdict Decide(ReadOnlySpan<byte> bytes, bool allowsInline)
    {
        FirstBytesVerdict inline = allowsInline ? FirstBytesVerdict.Resp : FirstBytesVerdict.Refused;
        if (bytes[0] == (byte)'*')
        {
            return FirstBytesVerdict.Resp;
        }
        if (!char.IsAsciiLetter((char)bytes[0]))
        {
            return IsTlsHello(bytes[0]) ? FirstBytesVerdict.Refused : inline;
        }
        int end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return bytes.Length < MaxBytes ? FirstBytesVerdict.Undecided : inline;
        }
        return IsHttpRequestLine(bytes[..(end + 1)]) ? FirstBytesVerdict.Http : inline;
    }

    private static bool IsTlsHello(byte first) => first == 0x16;

    private static bool IsHttpRequestLine(ReadOnlySpan<byte> line)
    {
        if (!line.EndsWith(" HTTP/1.1\r\n"u8) && !line.EndsWith(" HTTP/1.0\r\n"u8))
        {
            return false;
        }
        ReadOnlySpan<byte> methodAndTarget = line[..^" HTTP/1.1\r\n".Length];
        int space = methodAndTarget.IndexOf((byte)' ');
        if (space <= 0 || space == methodAndTarget.Length - 1)
        {
            return false;
        }
        return !methodAndTarget[(space + 1)..].Contains((byte)' ')
            && !methodAndTarget[..space].ContainsAnyExceptInRange((byte)'A', (byte)'Z');
    }
}

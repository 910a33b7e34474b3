using System.Buffers;

using Henge.Protocol.Peers.Hellos;

namespace Henge.Protocol;

/// <summary>
/// Tells protocols apart by the first bytes of a connection, which are looked at and not taken. <c>*</c> is RESP; 0x16
/// 0x03 is TLS; 0x00 'HNG' is a peer; a first line <c>METHOD SP target SP HTTP/1.[01] CRLF</c> of at most 8 KiB is
/// HTTP; of other lines, those with signs of HTTP are refused, the rest is inline RESP.
/// </summary>
/// <remarks>
/// The answer to a prefix is NeedMore or the answer to the whole: it falls within the first four bytes, or at the end
/// of the line, or when 8 KiB hold no end. A line that begins as an HTTP request and does not end within 8 KiB is HTTP,
/// whose server answers 414; any other goes to the RESP reader, which refuses it at its own limit.
/// </remarks>
internal static class ProtocolDetector
{
    /// <summary>
    /// Bytes that are looked at, at most: those of the longest first line of a request, CRLF included.
    /// </summary>
    public const int MaxPeekBytes = 8 * 1024;

    /// <summary>No registered method is longer (RFC 5323's and WebDAV's end at 17).</summary>
    private const int MaxMethodBytes = 32;

    private static readonly SearchValues<byte> s_methodBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"u8);

    /// <summary>Decides by the bytes that have arrived so far.</summary>
    public static DetectedProtocol Detect(ReadOnlySpan<byte> peeked)
    {
        if (peeked.IsEmpty)
        {
            return DetectedProtocol.NeedMore;
        }
        if (peeked[0] == (byte)'*')
        {
            return DetectedProtocol.Resp;
        }
        if (peeked[0] == 0x16)
        {
            return peeked.Length == 1 ? DetectedProtocol.NeedMore
                : peeked[1] == 0x03 ? DetectedProtocol.Tls
                : DetectedProtocol.Reject;
        }
        if (peeked[0] == HelloMessage.Magic[0])
        {
            ReadOnlySpan<byte> begin = peeked[..Math.Min(peeked.Length, HelloMessage.Magic.Length)];
            return !HelloMessage.Magic.StartsWith(begin) ? DetectedProtocol.Inline
                : begin.Length < HelloMessage.Magic.Length ? DetectedProtocol.NeedMore
                : DetectedProtocol.Peer;
        }
        if (!char.IsAsciiLetterOrDigit((char)peeked[0]))
        {
            // No method and no name starts like this: the RESP reader answers, or passes over a blank line.
            return DetectedProtocol.Inline;
        }
        ReadOnlySpan<byte> seen = peeked[..Math.Min(peeked.Length, MaxPeekBytes)];
        int end = seen.IndexOf((byte)'\n');
        if (end >= 0)
        {
            return OfLine(seen[..(end + 1)]);
        }
        if (seen.Length < MaxPeekBytes)
        {
            return DetectedProtocol.NeedMore;
        }
        return StartsLikeRequestLine(seen) ? DetectedProtocol.Http : DetectedProtocol.Inline;
    }

    /// <summary>Decides by a whole first line, LF included.</summary>
    private static DetectedProtocol OfLine(ReadOnlySpan<byte> line)
    {
        if (IsRequestLine(line))
        {
            return DetectedProtocol.Http;
        }
        return HasForeignSigns(line) ? DetectedProtocol.Reject : DetectedProtocol.Inline;
    }

    private static bool IsRequestLine(ReadOnlySpan<byte> line)
    {
        if (!line.EndsWith(" HTTP/1.1\r\n"u8) && !line.EndsWith(" HTTP/1.0\r\n"u8))
        {
            return false;
        }
        ReadOnlySpan<byte> rest = line[..^" HTTP/1.1\r\n".Length];
        int method = rest.IndexOf((byte)' ');
        if (method is <= 0 or > MaxMethodBytes || rest[..method].ContainsAnyExcept(s_methodBytes))
        {
            return false;
        }
        ReadOnlySpan<byte> target = rest[(method + 1)..];
        return !target.IsEmpty && !target.ContainsAnyInRange((byte)0, (byte)' ');
    }

    private static bool StartsLikeRequestLine(ReadOnlySpan<byte> seen)
    {
        int method = seen.IndexOfAnyExcept(s_methodBytes);
        return method is > 0 and <= MaxMethodBytes && seen[method] == (byte)' '
            && CrossProtocol.IsPathOrUrl(seen[(method + 1)..]);
    }

    /// <summary>
    /// Whether a line that is no HTTP request looks like a piece of one: an HTTP version, a method or header as its
    /// name, a path or URL among its words. Nobody is authenticated at the first line, so no exception is needed.
    /// </summary>
    private static bool HasForeignSigns(ReadOnlySpan<byte> line)
    {
        if (CrossProtocol.HasHttpVersion(line))
        {
            return true;
        }
        bool isName = true;
        foreach (Range range in line.SplitAny(" \t\r\n\v\f"u8))
        {
            ReadOnlySpan<byte> word = line[range];
            if (word.IsEmpty)
            {
                continue;
            }
            if (isName ? CrossProtocol.IsForeignName(word) : CrossProtocol.IsPathOrUrl(word.TrimStart("\"'"u8)))
            {
                return true;
            }
            isName = false;
        }
        return false;
    }
}

using System.Buffers.Text;

namespace Henge.Routing.Parts;

/// <summary>Walks over the bytes of RESP replies that nodes of one build gave each other.</summary>
internal static class ReplyBytes
{
    /// <summary>The number of an integer reply (or of the count of an array).</summary>
    public static long Number(ReadOnlySpan<byte> reply)
    {
        int at = 0;
        return Header(reply, ref at);
    }

    /// <summary>
    /// The number behind the type at a position, which moves behind the line; 0 for what is no number.
    /// </summary>
    public static long Header(ReadOnlySpan<byte> reply, ref int at)
    {
        int end = reply[at..].IndexOf((byte)'\n');
        if (end < 2)
        {
            at = reply.Length;
            return 0;
        }
        ReadOnlySpan<byte> line = reply.Slice(at + 1, end - 2);
        at += end + 1;
        return Utf8Parser.TryParse(line, out long number, out int used) && used == line.Length ? number : 0;
    }

    /// <summary>The bytes of the bulk string at a position, which moves behind it; empty for a null.</summary>
    public static ReadOnlySpan<byte> Bulk(ReadOnlySpan<byte> reply, ref int at)
    {
        long length = at < reply.Length && reply[at] == (byte)'$' ? Header(reply, ref at) : SkipLine(reply, ref at);
        if (length < 0 || length > reply.Length - at)
        {
            return default;
        }
        ReadOnlySpan<byte> bytes = reply.Slice(at, (int)length);
        at = Math.Min(reply.Length, at + (int)length + 2);
        return bytes;
    }

    /// <summary>The whole reply at a position, scalars and flat arrays alike; the position moves behind it.</summary>
    public static ReadOnlySpan<byte> Element(ReadOnlySpan<byte> reply, ref int at)
    {
        int start = at;
        long left = 1;
        while (left > 0 && at < reply.Length)
        {
            byte kind = reply[at];
            long number = Header(reply, ref at);
            left--;
            if (kind is (byte)'$' or (byte)'=' or (byte)'!')
            {
                at = number >= 0 ? (int)Math.Min(reply.Length, at + number + 2) : at;
            }
            else if (kind is (byte)'*' or (byte)'~' or (byte)'>')
            {
                left += Math.Max(0, number);
            }
            else if (kind is (byte)'%')
            {
                left += 2 * Math.Max(0, number);
            }
        }
        return reply[start..at];
    }

    private static long SkipLine(ReadOnlySpan<byte> reply, ref int at)
    {
        Header(reply, ref at);
        return -1;
    }
}

using System.Buffers.Text;
using System.Text;

namespace Henge.Server.Bench;

/// <summary>
/// Counts the replies to GET and SET in a stream of bytes without keeping their values: the load generator's inner
/// loop. It knows the replies those commands can have (simple, error, integer, bulk, null) and refuses others.
/// </summary>
internal sealed class ReplyCounter
{
    private long _bodyLeft;

    /// <summary>Replies seen in whole.</summary>
    public long Replies { get; private set; }

    /// <summary>Of these, the ones that say there is no such key.</summary>
    public long Misses { get; private set; }

    /// <summary>Of these, the errors.</summary>
    public long Errors { get; private set; }

    /// <summary>The text of the first error; null when there was none.</summary>
    public string? FirstError { get; private set; }

    /// <summary>
    /// Reads on. Returns how many bytes were used; the rest is the beginning of a line and must come again with more.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are no reply to GET or SET.</exception>
    public int Read(ReadOnlySpan<byte> input)
    {
        int at = 0;
        while (true)
        {
            if (_bodyLeft > 0)
            {
                int body = (int)Math.Min(_bodyLeft, input.Length - at);
                _bodyLeft -= body;
                at += body;
                if (_bodyLeft > 0)
                {
                    return at;
                }
                Replies++;
            }
            int end = input[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return at;
            }
            Line(input.Slice(at, Math.Max(0, end - 1)));
            at += end + 1;
        }
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        byte kind = line.Length == 0 ? (byte)0 : line[0];
        switch (kind)
        {
            case (byte)'$':
                if (!Utf8Parser.TryParse(line[1..], out long length, out _))
                {
                    goto default;
                }
                if (length >= 0)
                {
                    _bodyLeft = length + 2;
                    return;
                }
                Misses++;
                break;
            case (byte)'_':
                Misses++;
                break;
            case (byte)'-':
                Errors++;
                FirstError ??= Encoding.UTF8.GetString(line[1..]);
                break;
            case (byte)'+':
            case (byte)':':
                break;
            default:
                string shown = Encoding.ASCII.GetString(line[..Math.Min(40, line.Length)]);
                throw new InvalidDataException($"'{shown}' is no answer of a Redis-compatible server");
        }
        Replies++;
    }
}

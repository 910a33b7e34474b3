using System.Buffers.Binary;

namespace Henge.Protocol.Requests;

/// <summary>
/// Reads client requests: arrays of bulk strings, and inline lines. Strict: lengths have no sign, space or leading
/// zero, every line and bulk ends with CRLF (only an inline line may end with LF alone).
/// </summary>
/// <remarks>
/// <para>
/// Words are reported as places in the input; nothing is copied or allocated for whole commands. An incomplete command
/// stays in the caller's buffer, and the next <see cref="Read"/> must start at its first byte again. Short commands are
/// then parsed again; what would be costly is remembered: <see cref="WantedBytes"/> (nothing is looked at until that
/// much is there, so a 64 MiB value costs one look), the words of a command with many, how far a line was searched.
/// </para>
/// <para>
/// What is said about any bytes does not depend on how they were cut into pieces: the first bad byte decides.
/// </para>
/// </remarks>
internal sealed class RespRequestReader
{
    /// <summary>
    /// From this many words on, those of an incomplete command are remembered rather than parsed again.
    /// </summary>
    private const int RememberedWords = 16;

    /// <summary>Inline words are kept in a buffer of this size; a longer line gets one of its own.</summary>
    private const int KeptInlineBytes = 256;

    private const ulong TwoWordsOfThree = 0x0A0D_3324_0A0D_322A; // "*2\r\n$3\r\n"
    private const ulong ThreeWordsOfThree = 0x0A0D_3324_0A0D_332A; // "*3\r\n$3\r\n"

    private ByteRangeList? _words;
    private byte[] _inline = [];
    private int _resumeAt;
    private int _remaining;
    private int _searched;
    private string _error = "";

    /// <summary>What a request may be, which changes when the client authenticates.</summary>
    public RespLimits Limits { get; set; } = new();

    /// <summary>
    /// Bytes, counted from the first of the incomplete command, that must be there before another look is of use; 0
    /// when no command is incomplete. A buffer of this size holds at least the next word.
    /// </summary>
    public int WantedBytes { get; private set; }

    /// <summary>The words of an inline command, after unquoting; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> InlineBytes => _inline;

    /// <summary>What was wrong, as an error reply without its dash; set when the answer was Invalid.</summary>
    public string Error => _error;

    /// <summary>Whether it was wrong because it passed one of the <see cref="Limits"/>.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Bytes held for an incomplete command besides the caller's buffer.</summary>
    public long HeldBytes => _inline.Length + (_words is null ? 0 : 8L * _words.Capacity);

    /// <summary>Reads one command and passes over what means nothing before it (blank lines, empty arrays).</summary>
    /// <param name="input">What was received.</param>
    /// <param name="position">Where the command starts; then where it ends, or where an incomplete one starts.</param>
    /// <param name="words">Gets the words of a whole command added, the name first.</param>
    public RequestStatus Read(ReadOnlySpan<byte> input, ref int position, ByteRangeList words)
    {
        if (WantedBytes != 0)
        {
            if (input.Length - position < WantedBytes)
            {
                return RequestStatus.NeedMore;
            }
            WantedBytes = 0;
            if (_words is not null)
            {
                return Resume(input, ref position, words);
            }
        }
        while (position < input.Length)
        {
            ReadOnlySpan<byte> rest = input[position..];
            int before = position;
            RequestStatus status = rest[0] == (byte)'*'
                ? ReadArray(rest, ref position, words)
                : ReadInline(rest, ref position, words);
            if (status != RequestStatus.NeedMore || position == before)
            {
                return status;
            }
        }
        return RequestStatus.NeedMore;
    }

    /// <summary>Forgets an incomplete command, for a caller that goes back to a command before it.</summary>
    public void Restart()
    {
        WantedBytes = 0;
        _words = null;
        _searched = 0;
    }

    /// <summary>NeedMore with the position moved means that nothing of meaning was passed over.</summary>
    private RequestStatus ReadArray(ReadOnlySpan<byte> rest, ref int position, ByteRangeList words)
    {
        int known = words.Count;
        if (rest.Length >= 14 && rest[11] == (byte)'\r' && rest[12] == (byte)'\n')
        {
            // GET key, SET key value and their like: count and first header are one comparison of eight bytes.
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (start is TwoWordsOfThree or ThreeWordsOfThree)
            {
                words.Add(position + 8, 3);
                return ReadWords(rest, 13, start == TwoWordsOfThree ? 1 : 2, ref position, words, known);
            }
        }
        int at = 1;
        long count;
        if (rest.Length >= 4 && (uint)(rest[1] - '1') < 9 && rest[2] == (byte)'\r' && rest[3] == (byte)'\n')
        {
            count = rest[1] - '0';
            at = 4;
        }
        else
        {
            switch (HeaderNumber.Read(rest, ref at, out count))
            {
                case HeaderStatus.NeedMore:
                    WantedBytes = rest.Length + 1;
                    return RequestStatus.NeedMore;
                case HeaderStatus.TooLong:
                    return TooLarge("too big mbulk count string");
                case HeaderStatus.Invalid:
                    return Invalid("invalid multibulk length");
                default:
                    break;
            }
        }
        if (count <= 0)
        {
            position += at;
            return RequestStatus.NeedMore;
        }
        if (count > Limits.MaxArguments)
        {
            return TooLarge(Limits.IsUnauthenticated ? "unauthenticated multibulk length" : "invalid multibulk length");
        }
        return ReadWords(rest, at, (int)count, ref position, words, known);
    }

    private RequestStatus Resume(ReadOnlySpan<byte> input, ref int position, ByteRangeList words)
    {
        ByteRangeList mine = _words!;
        int end = 0;
        RequestStatus status = ReadWords(input[position..], _resumeAt, _remaining, ref end, mine, 0);
        if (status == RequestStatus.Complete)
        {
            words.AddMoved(mine, 0, position);
            position += end;
        }
        if (status != RequestStatus.NeedMore)
        {
            _words = null;
        }
        return status;
    }

    /// <summary>Reads the last <paramref name="remaining"/> words of the command that starts at rest[0].</summary>
    private RequestStatus ReadWords(
        ReadOnlySpan<byte> rest, int at, int remaining, ref int position, ByteRangeList words, int known)
    {
        int maxBulk = Limits.MaxBulkBytes;
        while (remaining > 0)
        {
            int header = at;
            if (!TryShortHeader(rest, ref header, out int length))
            {
                RequestStatus status = ReadHeader(rest, at, out header, out length);
                if (status == RequestStatus.NeedMore)
                {
                    return Remember(rest.Length + 1, at, remaining, position, words, known);
                }
                if (status == RequestStatus.Invalid)
                {
                    return status;
                }
            }
            if (length > maxBulk)
            {
                return TooLarge(Limits.IsUnauthenticated ? "unauthenticated bulk length" : "invalid bulk length");
            }
            long end = (long)header + length;
            if (end + 2 > rest.Length)
            {
                return Remember(end + 2, at, remaining, position, words, known);
            }
            if (rest[(int)end] != (byte)'\r' || rest[(int)end + 1] != (byte)'\n')
            {
                return Invalid("expected CRLF after a bulk string");
            }
            words.Add(position + header, length);
            at = (int)end + 2;
            remaining--;
        }
        if (at > Limits.MaxRequestBytes)
        {
            return TooLarge("too big request");
        }
        position += at;
        return RequestStatus.Complete;
    }

    /// <summary>
    /// The headers of words below 1,000 bytes, when enough bytes are there to look without counting them.
    /// </summary>
    private static bool TryShortHeader(ReadOnlySpan<byte> rest, ref int at, out int length)
    {
        length = 0;
        if (rest.Length - at < RespLimits.MinBulkBytes)
        {
            return false;
        }
        ReadOnlySpan<byte> header = rest.Slice(at, RespLimits.MinBulkBytes);
        uint first = (uint)(header[1] - '0');
        if (header[0] != (byte)'$' || first > 9)
        {
            return false;
        }
        int end;
        if (header[2] == (byte)'\r')
        {
            length = (int)first;
            end = 3;
        }
        else
        {
            uint second = (uint)(header[2] - '0');
            if (first == 0 || second > 9)
            {
                return false;
            }
            if (header[3] == (byte)'\r')
            {
                length = (int)(first * 10 + second);
                end = 4;
            }
            else
            {
                uint third = (uint)(header[3] - '0');
                if (third > 9 || header[4] != (byte)'\r')
                {
                    return false;
                }
                length = (int)(first * 100 + second * 10 + third);
                end = 5;
            }
        }
        at += end + 1;
        return header[end] == (byte)'\n';
    }

    /// <summary>Any header, byte by byte; a length beyond what an int holds is reported as the largest int.</summary>
    private RequestStatus ReadHeader(ReadOnlySpan<byte> rest, int start, out int at, out int length)
    {
        length = 0;
        at = start;
        if (at == rest.Length)
        {
            return RequestStatus.NeedMore;
        }
        if (rest[at] != (byte)'$')
        {
            return Invalid($"expected '$', got '{Printable(rest[at])}'");
        }
        at++;
        switch (HeaderNumber.Read(rest, ref at, out long number))
        {
            case HeaderStatus.NeedMore:
                return RequestStatus.NeedMore;
            case HeaderStatus.TooLong:
                return TooLarge("too big bulk count string");
            case HeaderStatus.Invalid:
                return Invalid("invalid bulk length");
            default:
                length = (int)Math.Min(number, int.MaxValue);
                return number < 0 ? Invalid("invalid bulk length") : RequestStatus.Complete;
        }
    }

    /// <summary>Ends a look that found too few bytes, and keeps the words of a command that has many.</summary>
    private RequestStatus Remember(long wanted, int at, int remaining, int position, ByteRangeList words, int known)
    {
        if (wanted + (remaining - 1L) * RespLimits.MinBulkBytes > Limits.MaxRequestBytes)
        {
            return TooLarge("too big request");
        }
        WantedBytes = (int)wanted;
        if (words == _words)
        {
            _resumeAt = at;
            _remaining = remaining;
        }
        else if (words.Count - known >= RememberedWords)
        {
            _words = new ByteRangeList(2 * (words.Count - known));
            _words.AddMoved(words, known, -position);
            _resumeAt = at;
            _remaining = remaining;
        }
        if (words != _words)
        {
            words.Truncate(known);
        }
        return RequestStatus.NeedMore;
    }

    private RequestStatus ReadInline(ReadOnlySpan<byte> rest, ref int position, ByteRangeList words)
    {
        if (!MayStartInline(rest[0]))
        {
            return Invalid($"expected '*', got '{Printable(rest[0])}'");
        }
        int found = rest[_searched..].IndexOf((byte)'\n');
        int end = found < 0 ? rest.Length : _searched + found;
        if (end > Limits.MaxInlineBytes)
        {
            return TooLarge("too big inline request");
        }
        if (found < 0)
        {
            _searched = rest.Length;
            WantedBytes = rest.Length + 1;
            return RequestStatus.NeedMore;
        }
        _searched = 0;
        position += end + 1;
        ReadOnlySpan<byte> line = rest[..end];
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }
        if (line.IsEmpty)
        {
            return RequestStatus.NeedMore;
        }
        int known = words.Count;
        if (_inline.Length < line.Length || _inline.Length > 2 * KeptInlineBytes)
        {
            _inline = new byte[Math.Max(line.Length, KeptInlineBytes)];
        }
        if (!InlineWords.TrySplit(line, _inline, words))
        {
            return Invalid("unbalanced quotes in request");
        }
        return words.Count == known ? RequestStatus.NeedMore : RequestStatus.Inline;
    }

    /// <summary>
    /// Whether a byte can be the first of an inline command: of a word, a quote or a blank. Marks of other RESP types
    /// and control bytes cannot, so a client that has lost its place is told so at once.
    /// </summary>
    private static bool MayStartInline(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'"' or (byte)'\'' || InlineWords.IsBlank(value);

    private static string Printable(byte value) =>
        value is >= 0x20 and < 0x7F ? ((char)value).ToString() : $"\\x{value:x2}";

    private RequestStatus TooLarge(string what)
    {
        IsTooLarge = true;
        return Invalid(what);
    }

    private RequestStatus Invalid(string what)
    {
        _error = "ERR Protocol error: " + what;
        _words = null;
        return RequestStatus.Invalid;
    }
}

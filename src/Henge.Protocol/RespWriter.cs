using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Henge.Protocol;

/// <summary>
/// Writes RESP replies into a growing buffer. One writer belongs to one loop, which points <see cref="Version"/> at
/// the dialect of the connection it serves. RESP3 types fall back to what Redis sends under RESP2. Not thread safe.
/// </summary>
internal sealed class RespWriter
{
    private byte[] _buffer;
    private int _length;

    /// <summary>Creates a writer with room for <paramref name="capacity"/> bytes.</summary>
    public RespWriter(int capacity = 16 * 1024) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The dialect of the replies that follow.</summary>
    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Bytes of memory held.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>What has been written, as memory for a socket; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>Forgets all that was written.</summary>
    public void Clear() => _length = 0;

    /// <summary>Takes back what was written after <paramref name="length"/> (a reply that turned into an error).</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    /// <summary>Whether an error reply begins at <paramref name="position"/>.</summary>
    public bool IsErrorAt(int position) => position < _length && _buffer[position] == (byte)'-';

    /// <summary>Room for at least <paramref name="count"/> bytes; follow it with <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Grow(count);
        }
        return _buffer.AsSpan(_length);
    }

    /// <summary>Counts <paramref name="count"/> bytes put into <see cref="GetSpan"/> as written.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>+OK</summary>
    public void Ok() => Raw("+OK\r\n"u8);

    /// <summary>A simple string; must hold neither CR nor LF.</summary>
    public void SimpleString(ReadOnlySpan<byte> text) => Line((byte)'+', text);

    /// <summary>An error: code and text ("ERR syntax error"); CR and LF become spaces.</summary>
    public void Error(ReadOnlySpan<byte> codeAndText)
    {
        Span<byte> to = GetSpan(codeAndText.Length + 3);
        to[0] = (byte)'-';
        codeAndText.CopyTo(to[1..]);
        to.Slice(1, codeAndText.Length).Replace((byte)'\r', (byte)' ');
        to.Slice(1, codeAndText.Length).Replace((byte)'\n', (byte)' ');
        to[codeAndText.Length + 1] = (byte)'\r';
        to[codeAndText.Length + 2] = (byte)'\n';
        _length += codeAndText.Length + 3;
    }

    /// <summary>An error from a string, for the paths that are not hot.</summary>
    public void Error(string codeAndText) => Error(System.Text.Encoding.UTF8.GetBytes(codeAndText));

    /// <summary>An integer.</summary>
    public void Integer(long value) => Number((byte)':', value);

    /// <summary>Bytes with their length.</summary>
    public void Bulk(ReadOnlySpan<byte> value)
    {
        Span<byte> to = GetSpan(value.Length + 24);
        int at = Header(to, (byte)'$', value.Length);
        value.CopyTo(to[at..]);
        at += value.Length;
        to[at] = (byte)'\r';
        to[at + 1] = (byte)'\n';
        _length += at + 2;
    }

    /// <summary>A string as a bulk reply, for the paths that are not hot.</summary>
    public void Bulk(string value) => Bulk(System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>An integer written as a bulk reply.</summary>
    public void BulkInteger(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int written);
        Bulk(digits[..written]);
    }

    /// <summary>No value: the null bulk string under RESP2, null under RESP3.</summary>
    public void Null() => Raw(Version == RespVersion.Resp3 ? "_\r\n"u8 : "$-1\r\n"u8);

    /// <summary>No array: the null array under RESP2, null under RESP3.</summary>
    public void NullArray() => Raw(Version == RespVersion.Resp3 ? "_\r\n"u8 : "*-1\r\n"u8);

    /// <summary>Head of an array of <paramref name="count"/> replies, which follow.</summary>
    public void Array(int count) => Number((byte)'*', count);

    /// <summary>Head of a map of <paramref name="pairs"/> keys and values, which follow; a flat array under RESP2.</summary>
    public void Map(int pairs)
    {
        if (Version == RespVersion.Resp3)
        {
            Number((byte)'%', pairs);
        }
        else
        {
            Number((byte)'*', 2L * pairs);
        }
    }

    /// <summary>Head of a set; an array under RESP2.</summary>
    public void Set(int count) => Number(Version == RespVersion.Resp3 ? (byte)'~' : (byte)'*', count);

    /// <summary>Head of an out-of-band push; an array under RESP2.</summary>
    public void Push(int count) => Number(Version == RespVersion.Resp3 ? (byte)'>' : (byte)'*', count);

    /// <summary>A boolean; 1 or 0 under RESP2.</summary>
    public void Boolean(bool value)
    {
        if (Version == RespVersion.Resp3)
        {
            Raw(value ? "#t\r\n"u8 : "#f\r\n"u8);
        }
        else
        {
            Integer(value ? 1 : 0);
        }
    }

    /// <summary>A double; a bulk string under RESP2.</summary>
    public void Double(double value)
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(
            double.IsPositiveInfinity(value) ? "inf"
            : double.IsNegativeInfinity(value) ? "-inf"
            : double.IsNaN(value) ? "nan"
            : value.ToString("R", CultureInfo.InvariantCulture));
        if (Version == RespVersion.Resp3)
        {
            Line((byte)',', text);
        }
        else
        {
            Bulk(text);
        }
    }

    /// <summary>Plain text for people (INFO): verbatim under RESP3, a bulk string under RESP2.</summary>
    public void Verbatim(ReadOnlySpan<byte> text)
    {
        if (Version != RespVersion.Resp3)
        {
            Bulk(text);
            return;
        }
        Number((byte)'=', text.Length + 4);
        Raw("txt:"u8);
        Raw(text);
        Raw("\r\n"u8);
    }

    private static int Header(Span<byte> to, byte kind, long value)
    {
        to[0] = kind;
        if ((ulong)value < 10)
        {
            to[1] = (byte)('0' + value);
            to[2] = (byte)'\r';
            to[3] = (byte)'\n';
            return 4;
        }
        Utf8Formatter.TryFormat(value, to[1..], out int digits);
        to[digits + 1] = (byte)'\r';
        to[digits + 2] = (byte)'\n';
        return digits + 3;
    }

    private void Number(byte kind, long value) => _length += Header(GetSpan(24), kind, value);

    private void Line(byte kind, ReadOnlySpan<byte> text)
    {
        Span<byte> to = GetSpan(text.Length + 3);
        to[0] = kind;
        text.CopyTo(to[1..]);
        to[text.Length + 1] = (byte)'\r';
        to[text.Length + 2] = (byte)'\n';
        _length += text.Length + 3;
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + count), _buffer.Length * 2));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

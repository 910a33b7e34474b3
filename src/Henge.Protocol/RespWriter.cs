using System.Buffers.Text;
using System.Text;

namespace Henge.Protocol;

/// <summary>
/// Writes RESP replies into a growing buffer. One writer belongs to one loop, which points <see cref="Version"/> at
/// the dialect of the connection it serves. RESP3 types fall back to what Redis sends under RESP2. Not thread safe.
/// </summary>
/// <remarks>
/// The buffer is made at the first write. After a reply that made it large it shrinks: above
/// <see cref="DroppedBytes"/> at the next <see cref="Clear"/>, above <see cref="KeptBytes"/> when none of the last
/// <see cref="SmallUsesBeforeShrink"/> uses needed that much.
/// </remarks>
internal sealed class RespWriter
{
    /// <summary>A buffer of this size is kept for good.</summary>
    public const int KeptBytes = 1 << 20;

    /// <summary>A larger buffer than this is given up after each use.</summary>
    public const int DroppedBytes = 16 << 20;

    /// <summary>
    /// Uses in a row that must have needed less than <see cref="KeptBytes"/> before a larger buffer goes.
    /// </summary>
    public const int SmallUsesBeforeShrink = 32;

    private readonly int _capacity;
    private byte[] _buffer = [];
    private int _length;
    private int _end;
    private int _limit = System.Array.MaxLength;
    private int _floor;
    private int _smallUses;

    /// <summary>Creates a writer whose buffer starts with <paramref name="capacity"/> bytes.</summary>
    public RespWriter(int capacity = 16 * 1024) => _capacity = Math.Max(capacity, RespHeaders.MaxBytes);

    /// <summary>The dialect of the replies that follow.</summary>
    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Size of the buffer.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>What has been written, as memory for a socket; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>Whether the replies passed the limit of <see cref="Limit"/>; they have been thrown away then.</summary>
    public bool IsOverLimit { get; private set; }

    /// <summary>
    /// Bounds what is written from here on, by one connection into a writer of many. When the bound is passed, all of
    /// it is thrown away and goes on being thrown away, so that memory stays bounded whatever a command replies.
    /// </summary>
    public void Limit(long bytes)
    {
        _floor = _length;
        _limit = (int)Math.Min(System.Array.MaxLength, _length + bytes);
        _end = Math.Min(_buffer.Length, _limit);
        IsOverLimit = false;
    }

    /// <summary>Forgets all that was written, and the limit.</summary>
    public void Clear()
    {
        _smallUses = _length > KeptBytes ? 0 : _smallUses + 1;
        _length = 0;
        if (_buffer.Length > DroppedBytes || (_buffer.Length > KeptBytes && _smallUses >= SmallUsesBeforeShrink))
        {
            _buffer = [];
        }
        Limit(System.Array.MaxLength);
    }

    /// <summary>
    /// Takes back what was written after <paramref name="length"/> (a reply that turned into an error).
    /// </summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    /// <summary>Whether an error reply begins at <paramref name="position"/>.</summary>
    public bool IsErrorAt(int position) => position < _length && _buffer[position] == (byte)'-';

    /// <summary>Room for at least <paramref name="count"/> bytes; follow it with <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int count)
    {
        if (_end - _length < count)
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

    /// <summary>A simple string; CR and LF become spaces.</summary>
    public void SimpleString(ReadOnlySpan<byte> text) => Line((byte)'+', text);

    /// <summary>An error: code and text ("ERR syntax error"); CR and LF become spaces.</summary>
    public void Error(ReadOnlySpan<byte> codeAndText) => Line((byte)'-', codeAndText);

    /// <summary>An error from a string, for the paths that are not hot.</summary>
    public void Error(string codeAndText) => Error(Encoding.UTF8.GetBytes(codeAndText));

    /// <summary>An integer.</summary>
    public void Integer(long value) => Number((byte)':', value);

    /// <summary>Bytes with their length.</summary>
    public void Bulk(ReadOnlySpan<byte> value)
    {
        Span<byte> to = GetSpan(value.Length + RespHeaders.MaxBytes + 2);
        int at = RespHeaders.Write(to, (byte)'$', value.Length);
        value.CopyTo(to[at..]);
        at += value.Length;
        to[at + 1] = (byte)'\n';
        to[at] = (byte)'\r';
        _length += at + 2;
    }

    /// <summary>A string as a bulk reply, for the paths that are not hot.</summary>
    public void Bulk(string value) => Bulk(Encoding.UTF8.GetBytes(value));

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

    /// <summary>
    /// Head of a map of <paramref name="pairs"/> keys and values, which follow; a flat array under RESP2.
    /// </summary>
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

    /// <summary>A double, with the digits of <see cref="DoubleText"/>; a bulk string under RESP2.</summary>
    public void Double(double value)
    {
        Span<byte> text = stackalloc byte[DoubleText.MaxBytes];
        text = text[..DoubleText.Write(text, value)];
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

    private void Number(byte kind, long value) =>
        _length += RespHeaders.Write(GetSpan(RespHeaders.MaxBytes), kind, value);

    private void Line(byte kind, ReadOnlySpan<byte> text)
    {
        Span<byte> to = GetSpan(text.Length + 3)[..(text.Length + 3)];
        to[0] = kind;
        Span<byte> line = to.Slice(1, text.Length);
        text.CopyTo(line);
        line.Replace((byte)'\r', (byte)' ');
        line.Replace((byte)'\n', (byte)' ');
        to[^2] = (byte)'\r';
        to[^1] = (byte)'\n';
        _length += to.Length;
    }

    private void Grow(int count)
    {
        if (IsOverLimit || (long)_length + count > _limit)
        {
            // What does not fit is still written somewhere, so that no caller has to ask; it starts over at the floor.
            IsOverLimit = true;
            _length = _floor;
            _limit = System.Array.MaxLength;
        }
        long needed = (long)_length + count;
        if (needed > _buffer.Length)
        {
            long wanted = _buffer.Length < KeptBytes ? 2L * _buffer.Length : needed + needed / 8;
            long size = Math.Min(System.Array.MaxLength, Math.Max(Math.Max(needed, wanted), _capacity));
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(size, needed));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            _buffer = larger;
        }
        // Over the limit, every later look for room comes back here as soon as this piece is used up.
        _end = IsOverLimit ? (int)needed : Math.Min(_buffer.Length, _limit);
    }
}

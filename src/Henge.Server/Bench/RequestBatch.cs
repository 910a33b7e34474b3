using System.Text;

namespace Henge.Server.Bench;

/// <summary>
/// Writes GET and SET commands one after the other into a buffer that is used again. The parts that never change are
/// copied; only the twelve digits of the key are written.
/// </summary>
internal sealed class RequestBatch
{
    private const int Digits = 12;

    private readonly byte[] _get = Encoding.ASCII.GetBytes("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n");
    private readonly byte[] _set;
    private readonly int _getDigits = "*2\r\n$3\r\nGET\r\n$16\r\nkey:".Length;
    private readonly int _setDigits = "*3\r\n$3\r\nSET\r\n$16\r\nkey:".Length;
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    /// <summary>Prepares commands that carry <paramref name="value"/>.</summary>
    public RequestBatch(ReadOnlySpan<byte> value)
    {
        string head = $"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n${value.Length}\r\n";
        _set = [.. Encoding.ASCII.GetBytes(head), .. value, .. "\r\n"u8];
    }

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Begins a new batch.</summary>
    public void Clear() => _length = 0;

    /// <summary>Adds a GET of the key with that number.</summary>
    public void Get(long key) => Append(_get, _getDigits, key);

    /// <summary>Adds a SET of the key with that number.</summary>
    public void Set(long key) => Append(_set, _setDigits, key);

    private void Append(byte[] command, int digitsAt, long key)
    {
        if (_buffer.Length - _length < command.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + command.Length));
        }
        Span<byte> to = _buffer.AsSpan(_length, command.Length);
        command.CopyTo(to);
        for (int i = digitsAt + Digits - 1; key > 0; i--)
        {
            (key, long digit) = Math.DivRem(key, 10);
            to[i] = (byte)('0' + digit);
        }
        _length += command.Length;
    }
}

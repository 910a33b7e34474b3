using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Henge.Tests.Transport;

/// <summary>
/// A client that sends what it is told and reads what comes. Every wait ends after 30 s with an exception.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public static async Task<RawClient> ConnectAsync(HengeNode node, int receiveBuffer = 0)
    {
        var client = new RawClient();
        if (receiveBuffer > 0)
        {
            client._socket.ReceiveBufferSize = receiveBuffer;
        }
        client._socket.NoDelay = true;
        await client._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.EndPoints[0].Port), client.Patience);
        return client;
    }

    public CancellationToken Patience => _patience.Token;

    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, Patience)..];
        }
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    /// <summary>One line without its CRLF; null at the end, and when the connection was reset.</summary>
    public async Task<string?> LineAsync()
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                string line = Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }
            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    /// <summary>Sends and reads one line of answer.</summary>
    public async Task<string?> CallAsync(string text)
    {
        await SendAsync(text);
        return await LineAsync();
    }

    /// <summary>Reads and drops so many bytes; false when the connection ends before.</summary>
    public async Task<bool> SkipAsync(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync())
            {
                return false;
            }
            int taken = (int)Math.Min(count, _end - _start);
            _start += taken;
            count -= taken;
        }
        return true;
    }

    /// <summary>Everything until the connection ends.</summary>
    public async Task<string> RestAsync()
    {
        while (await FillAsync())
        {
        }
        string rest = Encoding.Latin1.GetString(_buffer, _start, _end - _start);
        _start = _end;
        return rest;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        try
        {
            int count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), Patience);
            _end += count;
            return count > 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
        {
            return false;
        }
    }
}

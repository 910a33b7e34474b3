using System.Net.Security;
using System.Net.Sockets;

namespace Henge.Server.Client;

/// <summary>The bytes of a blocking connection to a server, as they are or through TLS. Not thread safe.</summary>
internal sealed class ClientChannel : IDisposable
{
    private const int AheadBytes = 16 << 10;

    private readonly Socket _socket;
    private readonly SslStream? _secure;
    private Task<int>? _ahead;
    private byte[] _aheadBytes = [];
    private int _aheadAt;

    /// <summary>Takes over a connected socket; with TLS, shakes hands.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">Not with this server.</exception>
    /// <exception cref="IOException">The server ended it.</exception>
    public ClientChannel(Socket socket, ClientTls? tls, string host)
    {
        _socket = socket;
        if (tls is not null)
        {
            _secure = new SslStream(new NetworkStream(socket, ownsSocket: false));
            _secure.AuthenticateAsClient(tls.For(host));
        }
    }

    /// <summary>Sends all of it.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_secure is null)
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
            return;
        }
        try
        {
            _secure.Write(bytes);
        }
        catch (IOException error) when (error.InnerException is SocketException failed)
        {
            throw failed;
        }
    }

    /// <summary>Waits for bytes; 0 at the end.</summary>
    /// <exception cref="SocketException">The connection failed, or nothing came in time.</exception>
    public int Receive(Span<byte> room)
    {
        if (_secure is null)
        {
            return _socket.Receive(room);
        }
        try
        {
            return _ahead is null ? _secure.Read(room) : TakeAhead(room);
        }
        catch (IOException error) when (error.InnerException is SocketException failed)
        {
            throw failed;
        }
    }

    /// <summary>
    /// True when bytes are there within the time; below a millisecond it looks once and does not wait.
    /// </summary>
    public bool HasInput(TimeSpan wait)
    {
        if (_secure is null)
        {
            return _socket.Poll(wait, SelectMode.SelectRead);
        }
        if (_ahead is null)
        {
            _aheadBytes = _aheadBytes.Length == 0 ? new byte[AheadBytes] : _aheadBytes;
            _aheadAt = 0;
            _ahead = _secure.ReadAsync(_aheadBytes).AsTask();
        }
        return _ahead.IsCompleted || Task.WaitAny([_ahead], wait) == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _secure?.Dispose();
        _socket.Dispose();
    }

    private int TakeAhead(Span<byte> room)
    {
        int length = _ahead!.GetAwaiter().GetResult();
        int count = Math.Min(room.Length, length - _aheadAt);
        _aheadBytes.AsSpan(_aheadAt, count).CopyTo(room);
        _aheadAt += count;
        if (_aheadAt == length)
        {
            _ahead = null;
        }
        return count;
    }
}

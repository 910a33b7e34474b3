using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

using Henge.Protocol;
using Henge.Server.Values;

namespace Henge.Server.Client;

/// <summary>
/// A blocking connection to a Redis-compatible server, for questions with one reply each. Replies are read as they
/// come: a value is as long as its header says, so nothing is searched for in it.
/// </summary>
internal sealed class NodeConnection : IDisposable
{
    private const int LongestLine = 64 * 1024;

    private readonly NodeTarget _target;
    private readonly Socket _socket;
    private readonly BufferedStream _input;
    private readonly RespWriter _request = new();

    private NodeConnection(NodeTarget target, Socket socket)
    {
        _target = target;
        _socket = socket;
        _input = new BufferedStream(new NetworkStream(socket, ownsSocket: false), 16 * 1024);
    }

    /// <summary>Connects and, where there is a password, gives it.</summary>
    /// <exception cref="RequestFailedException">The node cannot be reached or refuses the password.</exception>
    public static NodeConnection Connect(NodeTarget target)
    {
        NodeConnection connection = new(target, OpenSocket(target));
        try
        {
            connection.Authenticate();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// As <see cref="Connect"/>, for a caller who speaks the protocol by itself and owns the socket from now on.
    /// </summary>
    public static Socket Open(NodeTarget target) => Connect(target)._socket;

    /// <summary>Sends one command and waits for its reply.</summary>
    /// <exception cref="RequestFailedException">The node answered with an error, or not at all.</exception>
    public RespReply Ask(params ReadOnlySpan<byte[]> words)
    {
        RespReply reply = TryAsk(words);
        if (reply.Kind == '-')
        {
            string hint = reply.Text.StartsWith("NOAUTH", StringComparison.Ordinal)
                ? " (give --password-file FILE or HENGE_PASSWORD)"
                : "";
            throw new RequestFailedException($"{_target} answered: {reply.Text}{hint}");
        }
        return reply;
    }

    /// <summary>As <see cref="Ask"/>, but an error is a reply too.</summary>
    /// <exception cref="RequestFailedException">The node did not answer.</exception>
    public RespReply TryAsk(params ReadOnlySpan<byte[]> words)
    {
        _request.Clear();
        _request.Array(words.Length);
        foreach (byte[] word in words)
        {
            _request.Bulk(word);
        }
        try
        {
            _socket.Send(_request.Written);
            return Read();
        }
        catch (Exception error) when (error is SocketException or EndOfStreamException
            or IOException { InnerException: SocketException })
        {
            bool late = (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode
                is SocketError.TimedOut or SocketError.WouldBlock;
            string why = late
                ? "did not answer within " + Duration.Format(_target.Timeout)
                : "closed the connection";
            throw new RequestFailedException($"{_target} {why}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _socket.Dispose();
    }

    private static Socket OpenSocket(NodeTarget target)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using CancellationTokenSource limit = new(target.Timeout);
            ValueTask connecting = socket.ConnectAsync(target.Address.Host, target.Address.Port, limit.Token);
            connecting.AsTask().GetAwaiter().GetResult();
            int milliseconds = (int)Math.Min(int.MaxValue, target.Timeout.TotalMilliseconds);
            socket.SendTimeout = milliseconds;
            socket.ReceiveTimeout = milliseconds;
            return socket;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            string why = error is SocketException failed
                ? Words(failed)
                : "no answer within " + Duration.Format(target.Timeout);
            throw new RequestFailedException($"cannot reach {target}: {why}");
        }
    }

    private void Authenticate()
    {
        if (_target.Password is not null)
        {
            Ask("AUTH"u8.ToArray(), Encoding.UTF8.GetBytes(_target.Password));
        }
    }

    private RespReply Read()
    {
        byte[] line = ReadLine();
        char kind = line.Length == 0 ? ' ' : (char)line[0];
        switch (kind)
        {
            case '+' or '-':
                return new RespReply(kind, line[1..], 0);
            case '_':
                return new RespReply(kind, null, 0);
            case ':' when Utf8Parser.TryParse(line.AsSpan(1), out long number, out _):
                return new RespReply(kind, null, number);
            case '$' when Utf8Parser.TryParse(line.AsSpan(1), out int length, out _) && length >= -1:
                return new RespReply(kind, length < 0 ? null : ReadBody(length), 0);
            default:
                string shown = Encoding.ASCII.GetString(line.AsSpan(0, Math.Min(40, line.Length)));
                throw new RequestFailedException($"{_target} does not speak RESP: it sent '{shown}'");
        }
    }

    private byte[] ReadLine()
    {
        using MemoryStream line = new();
        while (true)
        {
            int next = _input.ReadByte();
            if (next < 0 || line.Length > LongestLine)
            {
                throw new EndOfStreamException();
            }
            if (next == '\n')
            {
                byte[] bytes = line.ToArray();
                return bytes.Length > 0 && bytes[^1] == '\r' ? bytes[..^1] : bytes;
            }
            line.WriteByte((byte)next);
        }
    }

    private byte[] ReadBody(int length)
    {
        byte[] body = new byte[length];
        _input.ReadExactly(body);
        _input.ReadByte();
        _input.ReadByte();
        return body;
    }

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there (`henge` starts a node)",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is unknown",
        _ => error.Message,
    };
}

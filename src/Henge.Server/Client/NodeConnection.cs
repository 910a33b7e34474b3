using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

using Henge.Protocol;
using Henge.Protocol.Replies;
using Henge.Values;

namespace Henge.Server.Client;

/// <summary>
/// A blocking connection to a Redis-compatible server, for questions with one reply each. Not thread safe.
/// </summary>
internal sealed class NodeConnection : IDisposable
{
    private const int LongestQuote = 40;

    private readonly NodeTarget _target;
    private readonly ClientChannel _channel;
    private readonly RespReplyReader _replies = new();
    private readonly RespWriter _request = new();
    private byte[] _input = new byte[16 * 1024];
    private int _length;

    private NodeConnection(NodeTarget target, ClientChannel channel)
    {
        _target = target;
        _channel = channel;
    }

    /// <summary>Connects and, where there is a password, gives it.</summary>
    /// <exception cref="RequestFailedException">The node cannot be reached or refuses the password.</exception>
    public static NodeConnection Connect(NodeTarget target)
    {
        NodeConnection connection = new(target, OpenChannel(target));
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
    /// As <see cref="Connect"/>, for a caller who speaks the protocol by itself and owns the channel from now on.
    /// </summary>
    public static ClientChannel Open(NodeTarget target) => Connect(target)._channel;

    /// <summary>Sends one command and waits for its reply.</summary>
    /// <exception cref="RequestFailedException">The node answered with an error, or not at all.</exception>
    public RespValue Ask(params ReadOnlySpan<byte[]> words)
    {
        RespValue reply = TryAsk(words);
        if (reply.IsError)
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
    public RespValue TryAsk(params ReadOnlySpan<byte[]> words)
    {
        _request.Clear();
        _request.Array(words.Length);
        foreach (byte[] word in words)
        {
            _request.Bulk(word);
        }
        try
        {
            _channel.Send(_request.Written);
            return Read();
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new RequestFailedException(
                $"{_target} did not answer within {Duration.Format(_target.Timeout)}");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new RequestFailedException($"{_target} closed the connection");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
    }

    private static ClientChannel OpenChannel(NodeTarget target)
    {
        Socket socket = OpenSocket(target);
        try
        {
            return new ClientChannel(socket, target.Tls, target.Address.Host);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new RequestFailedException($"cannot reach {target}: {ClientTls.Words(error)}");
        }
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
        if (_target is { User: { } user, Password: { } shown })
        {
            Ask("AUTH"u8.ToArray(), Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(shown));
        }
        else if (_target.Password is not null)
        {
            Ask("AUTH"u8.ToArray(), Encoding.UTF8.GetBytes(_target.Password));
        }
    }

    private RespValue Read()
    {
        while (true)
        {
            ReplyStatus status = _replies.Read(_input.AsSpan(0, _length), out int used, out RespValue? value);
            if (status == ReplyStatus.Invalid)
            {
                string shown = Encoding.ASCII.GetString(_input.AsSpan(0, Math.Min(LongestQuote, _length)));
                throw new RequestFailedException(
                    $"{_target} does not speak RESP: it sent '{shown.ReplaceLineEndings(" ").TrimEnd()}'");
            }
            _input.AsSpan(used, _length - used).CopyTo(_input);
            _length -= used;
            if (status == ReplyStatus.Complete)
            {
                return value!;
            }
            Receive();
        }
    }

    private void Receive()
    {
        if (_length == _input.Length)
        {
            Array.Resize(ref _input, _input.Length * 2);
        }
        int read = _channel.Receive(_input.AsSpan(_length));
        _length += read > 0 ? read : throw new EndOfStreamException();
    }

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there (`henge` starts a node)",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is unknown",
        _ => error.Message,
    };
}

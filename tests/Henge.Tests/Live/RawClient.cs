using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Henge.Tests.Live;

/// <summary>
/// A connection that sends whatever it is told, byte by byte if need be, and reads RESP replies into one line of text
/// each: <c>+OK</c>, <c>-ERR …</c>, <c>:1</c>, <c>$value</c>, <c>nil</c>, <c>[a, b]</c>. Every wait has a deadline.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => Socket = socket;

    /// <summary>The socket itself.</summary>
    public Socket Socket { get; }

    /// <summary>Connects without Nagle's delay.</summary>
    public static async Task<RawClient> ConnectAsync(EndPoint endPoint)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource deadline = new(_limit);
        await socket.ConnectAsync(endPoint, deadline.Token);
        return new RawClient(socket);
    }

    /// <summary>A command as an array of bulk strings; text is Latin-1, so that any byte can be written.</summary>
    public static byte[] Encode(params string[] words)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words)
        {
            text.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using CancellationTokenSource deadline = new(_limit);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, deadline.Token)..];
        }
    }

    /// <summary>Sends text as Latin-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends a command and reads its reply.</summary>
    public async Task<string> CallAsync(params string[] words)
    {
        await SendAsync(Encode(words));
        return await ReplyAsync();
    }

    /// <summary>Reads one reply.</summary>
    /// <exception cref="EndOfStreamException">The connection was closed instead.</exception>
    public async Task<string> ReplyAsync()
    {
        string line = await LineAsync();
        switch (line[0])
        {
            case '$':
                int length = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
                return length < 0 ? "nil" : "$" + await BytesAsync(length);
            case '*' or '%' or '>' or '~':
                int count = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) * (line[0] == '%' ? 2 : 1);
                List<string> parts = [];
                for (int i = 0; i < count; i++)
                {
                    parts.Add(await ReplyAsync());
                }
                return count < 0 ? "nil" : $"[{string.Join(", ", parts)}]";
            case '_':
                return "nil";
            default:
                return line;
        }
    }

    /// <summary>Reads until the other side closes, at most so many bytes.</summary>
    public async Task<string> RestAsync(int most = 1 << 20)
    {
        StringBuilder text = new();
        do
        {
            text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end = 0;
        }
        while (text.Length < most && await FillAsync());
        return text.ToString();
    }

    /// <summary>Closes with a reset instead of an orderly end.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    /// <summary>Closes.</summary>
    public void Dispose() => Socket.Dispose();

    private async Task<string> LineAsync()
    {
        StringBuilder line = new();
        while (true)
        {
            int end = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            line.Append(Encoding.Latin1.GetString(_buffer, _start, (end < 0 ? _end : end) - _start));
            _start = end < 0 ? _end : end + 1;
            if (end >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }
            await MoreAsync();
        }
    }

    private async Task<string> BytesAsync(int length)
    {
        StringBuilder text = new(length);
        for (int left = length + 2; left > 0;)
        {
            if (_start == _end)
            {
                await MoreAsync();
            }
            int taken = Math.Min(left, _end - _start);
            text.Append(Encoding.Latin1.GetString(_buffer, _start, taken));
            _start += taken;
            left -= taken;
        }
        text.Length = length;
        return text.ToString();
    }

    private async Task MoreAsync()
    {
        if (!await FillAsync())
        {
            throw new EndOfStreamException("The connection was closed.");
        }
    }

    private async Task<bool> FillAsync()
    {
        using CancellationTokenSource deadline = new(_limit);
        _start = 0;
        try
        {
            _end = await Socket.ReceiveAsync(_buffer, deadline.Token);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            _end = 0;
        }
        return _end > 0;
    }
}

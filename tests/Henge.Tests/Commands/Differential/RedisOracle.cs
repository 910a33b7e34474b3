using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

using Henge.Tests.Sessions;

namespace Henge.Tests.Commands.Differential;

/// <summary>
/// A real redis-server on a unix socket of its own, asked one command at a time; replies are raw bytes.
/// </summary>
internal sealed class RedisOracle : IDisposable
{
    private const string Program = "redis-server";

    private readonly string _folder = Directory.CreateTempSubdirectory("henge-redis").FullName;
    private readonly Process _process;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Stream _stream;
    private readonly Task _draining;

    public RedisOracle()
    {
        string path = Path.Combine(_folder, "redis.sock");
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, WorkingDirectory = _folder };
        foreach (string argument in new[] { "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no" })
        {
            start.ArgumentList.Add(argument);
        }
        _process = Process.Start(start)!;
        string? line;
        do
        {
            line = _process.StandardOutput.ReadLine();
        }
        while (line?.Contains("ready to accept", StringComparison.Ordinal) == false);
        _draining = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _stream = new BufferedStream(new NetworkStream(_socket));
    }

    public static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, Program)));

    public string Call(params string[] words)
    {
        _stream.Write(Encoding.Latin1.GetBytes(SessionHarness.Array(words)));
        _stream.Flush();
        var reply = new StringBuilder();
        ReadReply(reply);
        return reply.ToString();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _draining.GetAwaiter().GetResult();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void ReadReply(StringBuilder into)
    {
        string head = ReadLine();
        into.Append(head).Append("\r\n");
        switch (head[0])
        {
            case '$' or '=' when head != "$-1":
                for (int left = int.Parse(head.AsSpan(1)) + 2; left > 0; left--)
                {
                    into.Append((char)_stream.ReadByte());
                }
                break;
            case '*' or '~' or '>':
                ReadReplies(into, int.Parse(head.AsSpan(1)));
                break;
            case '%':
                ReadReplies(into, 2 * int.Parse(head.AsSpan(1)));
                break;
        }
    }

    private void ReadReplies(StringBuilder into, int count)
    {
        for (; count > 0; count--)
        {
            ReadReply(into);
        }
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (int b = _stream.ReadByte(); b != '\r'; b = _stream.ReadByte())
        {
            if (b < 0)
            {
                throw new EndOfStreamException($"{Program} closed the connection.");
            }
            line.Append((char)b);
        }
        _stream.ReadByte();
        return line.ToString();
    }
}

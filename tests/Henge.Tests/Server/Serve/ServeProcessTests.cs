using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

using Xunit;

namespace Henge.Tests.Server.Serve;

/// <summary>The built command as a process: its one line, its exit codes, its signals.</summary>
public sealed partial class ServeProcessTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_node_prints_one_line_serves_both_protocols_and_stops_on_sigterm()
    {
        using Process process = Start("-port=0", "-peers=localhost:1");
        string line = await ReadyAsync(process);
        int port = PortOf(line);

        Assert.Matches(@"^henge \d+\.\d+\.\d+\S* ready on 127\.0\.0\.1:\d+ \(HTTP, Redis\)$", line);
        Assert.Equal("+PONG\r\n", await TalkAsync(port, "*1\r\n$4\r\nPING\r\n"));
        Assert.StartsWith("HTTP/1.1 200", await TalkAsync(port, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        Assert.Equal(0, await EndAsync(process, Terminate));
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.All(
            (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries),
            entry => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info   |warning) Henge", entry));
    }

    [Fact]
    public async Task Ctrl_c_stops_it_too()
    {
        using Process process = Start("--port", "0", "--log-level", "none");
        await ReadyAsync(process);

        Assert.Equal(0, await EndAsync(process, Interrupt));
        Assert.Empty(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_and_exit_code_2()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        using Process process = Start($"--port={port}");

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(_limit, TestContext.Current.CancellationToken);

        Assert.Equal(2, process.ExitCode);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"henge: port {port} on 127.0.0.1 is taken", error);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commands_sent_before_the_signal_are_answered()
    {
        using Process process = Start("--port", "0");
        int port = PortOf(await ReadyAsync(process));
        using TcpClient client = new("127.0.0.1", port);
        NetworkStream stream = client.GetStream();
        string set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(set, 1000))), TestContext.Current.CancellationToken);
        byte[] first = new byte[5];
        await stream.ReadExactlyAsync(first, TestContext.Current.CancellationToken);

        Task<int> ended = EndAsync(process, Terminate);
        using StreamReader rest = new(stream);
        string replies = await rest.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, await ended);
        Assert.Equal(999 * "+OK\r\n".Length, replies.Length);
    }

    private static Process Start(params string[] arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Henge.Server.dll");
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(path);
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("HENGE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        return Process.Start(start)!;
    }

    private static async Task<string> ReadyAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(_limit, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());

    private static int PortOf(string line) => IPEndPoint.Parse(line.Split(" ready on ")[1].Split(' ')[0]).Port;

    private static async Task<string> TalkAsync(int port, string request)
    {
        using TcpClient client = new("127.0.0.1", port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        byte[] reply = new byte[4096];
        int length = await client.GetStream().ReadAsync(reply, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(reply, 0, length);
    }

    private static async Task<int> EndAsync(Process process, int signal)
    {
        Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(_limit, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

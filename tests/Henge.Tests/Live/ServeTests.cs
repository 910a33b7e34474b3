using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

using Xunit;

namespace Henge.Tests.Live;

/// <summary>The command as a person or a service manager runs it: start, first requests, stop, mistakes.</summary>
[Collection(LiveCollection.Name)]
public sealed class ServeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_flags_of_the_starting_program_work_and_set_then_get_answers()
    {
        int port = FreePort();
        string[] peers = [$"localhost:{FreePort()}", $"localhost:{FreePort()}"];
        await using HengeProcess node = await HengeProcess.StartAsync(
            [], $"-port={port}", $"-peers={string.Join(',', peers)}");
        Assert.Equal(port, node.EndPoint.Port);
        using HttpClient http = new() { BaseAddress = new Uri($"http://localhost:{port}") };
        var entry = new { key = "greeting", value = "hello" };
        using HttpResponseMessage set = await http.PostAsJsonAsync("/set", entry, Cancel);
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        JsonElement got = await http.GetFromJsonAsync<JsonElement>("/get?key=greeting", Cancel);
        Assert.Equal("hello", got.GetProperty("value").GetString());
        using HttpResponseMessage missing = await http.GetAsync("/get?key=nothing", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using RawClient redis = await node.ConnectAsync();
        Assert.Equal("$hello", await redis.CallAsync("GET", "greeting"));
        await Eventually.HoldsAsync(
            () => Task.FromResult(peers.All(node.Errors.Contains)),
            "unreachable peers are reported");
        Assert.True(node.IsAlive);
    }

    [Fact]
    public async Task One_line_says_that_it_is_ready_and_where()
    {
        await using HengeProcess node = await HengeProcess.StartAsync();
        Assert.Matches(@"^henge \S+ ready on 127\.0\.0\.1:\d+", node.ReadyLine);
        using RawClient client = await node.ConnectAsync();
        Assert.Equal("+PONG", await client.CallAsync("PING"));
        using HttpClient http = new() { BaseAddress = new Uri($"http://{node.EndPoint}") };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz", Cancel)).StatusCode);
        Assert.Equal(node.ReadyLine + "\n", node.Output);
    }

    [Fact]
    public async Task Sigterm_finishes_what_was_accepted_and_ends_with_0()
    {
        await using HengeProcess node = await HengeProcess.StartAsync();
        using RawClient client = await node.ConnectAsync();
        string value = new('v', 20_000);
        Assert.Equal("+OK", await client.CallAsync("SET", "k", value));
        byte[] work = [.. Enumerable.Repeat(RawClient.Encode("GET", "k"), 1000).SelectMany(b => b)];
        await client.SendAsync(work);
        Assert.Equal("$" + value, await client.ReplyAsync());
        await node.TerminateAsync();
        for (int i = 1; i < 1000; i++)
        {
            Assert.Equal("$" + value, await client.ReplyAsync());
        }
        Assert.Equal("", await client.RestAsync());
        Assert.Equal(0, await node.EndAsync());
    }

    [Fact]
    public async Task Sigterm_ends_idle_connections_and_takes_no_new_ones()
    {
        await using HengeProcess node = await HengeProcess.StartAsync();
        using RawClient idle = await node.ConnectAsync();
        Assert.Equal("+PONG", await idle.CallAsync("PING"));
        using HttpClient http = new() { BaseAddress = new Uri($"http://{node.EndPoint}") };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz", Cancel)).StatusCode);
        await node.TerminateAsync();
        Assert.Equal("", await idle.RestAsync());
        Assert.Equal(0, await node.EndAsync());
        await Assert.ThrowsAnyAsync<SocketException>(node.ConnectAsync);
    }

    [Fact]
    public async Task A_taken_port_is_one_line_and_exit_code_2()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        await MistakeAsync(port, "--port", port);
    }

    [Theory]
    [InlineData("--nosuch", "--nosuch")]
    [InlineData("--prot", "--prot", "8000")]
    [InlineData("port", "--port", "99999")]
    [InlineData("port", "--port", "abc")]
    [InlineData("nonsense", "--peers", "nonsense")]
    [InlineData("memory", "--memory", "1kb")]
    [InlineData("memory", "--memory", "lots")]
    [InlineData("0.0.0.0", "--port", "0", "--bind", "0.0.0.0")]
    [InlineData("config", "--config", "no-such-file.json")]
    [InlineData("eviction", "--eviction", "random")]
    [InlineData("frobnicate", "frobnicate")]
    public async Task A_mistake_is_one_line_that_names_it_and_exit_code_2(string names, params string[] arguments) =>
        await MistakeAsync(names, arguments);

    [Fact]
    public async Task Help_and_version_go_to_standard_output()
    {
        (int code, string help, string errors) = await HengeProcess.RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("--memory", help);
        Assert.Equal("", errors);
        (code, string version, _) = await HengeProcess.RunAsync("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"\d+\.\d+\.\d+", version);
    }

    [Fact]
    public async Task Options_come_from_flags_then_environment_then_a_file()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{ "name": "from-file", "databases": 4, "maxClients": 77 }""", Cancel);
            Dictionary<string, string> environment = new()
            {
                ["HENGE_NAME"] = "from-environment",
                ["HENGE_DATABASES"] = "8",
                ["HENGE_PORT"] = "0",
            };
            await using HengeProcess node = await HengeProcess.StartAsync(
                environment, "--config", file, "--name", "from-flag");
            using RawClient client = await node.ConnectAsync();
            Assert.Equal("[$databases, $8]", await client.CallAsync("CONFIG", "GET", "databases"));
            Assert.Equal("[$maxclients, $77]", await client.CallAsync("CONFIG", "GET", "maxclients"));
            Assert.Contains("from-flag", await client.CallAsync("INFO", "everything"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Each_transport_serves(string transport)
    {
        await using HengeProcess node = await HengeProcess.StartAsync("--transport", transport);
        using RawClient client = await node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", "k", "v"));
        Assert.Equal("$v", await client.CallAsync("GET", "k"));
        using HttpClient http = new() { BaseAddress = new Uri($"http://{node.EndPoint}") };
        Assert.Equal("v", await http.GetStringAsync("/v1/cache/k", Cancel));
    }

    private static async Task MistakeAsync(string names, params string[] arguments)
    {
        (int code, string output, string errors) = await HengeProcess.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Contains(names, errors);
        Assert.Equal(1, errors.AsSpan().Count('\n'));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

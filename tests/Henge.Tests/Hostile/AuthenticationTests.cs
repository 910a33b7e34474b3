using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>RELIABILITY group D against a live node with a password: nothing before it, and it shows nowhere.</summary>
[Collection(LiveCollection.Name)]
public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Password = "open-sesame-4711";

    private HengeProcess? _node;

    private HengeProcess Node => _node ?? throw new InvalidOperationException("The node was not started.");

    public async ValueTask InitializeAsync() => _node = await HengeProcess.StartAsync(
        new Dictionary<string, string> { ["HENGE_PASSWORD"] = Password }, "--port", "0", "--log-level", "debug");

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    [Fact]
    public async Task Every_command_is_refused_before_the_password_is_given()
    {
        using RawClient known = await Node.ConnectAsync();
        Assert.Equal("+OK", await known.CallAsync("AUTH", Password));
        string names = (await known.CallAsync("COMMAND", "LIST")).Trim('[', ']');
        string[] commands = [.. names.Split(", ").Select(n => n.TrimStart('$'))];
        Assert.True(commands.Length > 100, $"{commands.Length} commands");
        string[] open = ["auth", "hello", "quit", "reset"];
        foreach (string command in commands.Except(open, StringComparer.OrdinalIgnoreCase))
        {
            using RawClient stranger = await Node.ConnectAsync();
            string reply = await stranger.CallAsync(command, "a", "b", "c");
            Assert.True(
                reply.StartsWith("-NOAUTH", StringComparison.Ordinal)
                    || reply.StartsWith("-ERR wrong number of arguments", StringComparison.Ordinal)
                    || reply.StartsWith("-ERR unknown", StringComparison.Ordinal),
                $"{command}: {reply}");
        }
    }

    [Fact]
    public async Task Replies_that_a_stranger_never_reads_end_at_64_KB()
    {
        using RawClient stranger = await Node.ConnectAsync();
        byte[] batch = [.. Enumerable.Repeat(RawClient.Encode("GET", "k"), 1000).SelectMany(b => b)];
        long before = Node.ResidentBytes();
        bool closed = false;
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                await stranger.SendAsync(batch);
            }
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            closed = true;
        }
        Assert.True(closed, "2 million commands of a stranger were taken");
        Assert.True(Node.ResidentBytes() < before + (32 << 20), "their replies were kept");
        using RawClient other = await Node.ConnectAsync();
        Assert.Equal("+OK", await other.CallAsync("AUTH", Password));
    }

    [Fact]
    public async Task A_stranger_may_not_declare_much()
    {
        using RawClient stranger = await Node.ConnectAsync();
        await stranger.SendAsync("*11\r\n");
        Assert.StartsWith("-ERR Protocol error: unauthenticated multibulk length", await stranger.RestAsync());
        using RawClient second = await Node.ConnectAsync();
        await second.SendAsync("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
        Assert.StartsWith("-ERR Protocol error: unauthenticated bulk length", await second.RestAsync());
    }

    [Fact]
    public async Task The_password_shows_in_no_log_and_no_list()
    {
        using RawClient client = await Node.ConnectAsync();
        Assert.StartsWith("-WRONGPASS", await client.CallAsync("AUTH", Password + "x"));
        Assert.Equal("+OK", await client.CallAsync("AUTH", Password));
        await client.CallAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");
        await client.CallAsync("AUTH", Password);
        await client.CallAsync("HELLO", "2", "AUTH", "default", Password);
        foreach (string[] call in new string[][]
        {
            ["SLOWLOG", "GET", "-1"], ["INFO", "everything"], ["CLIENT", "LIST"], ["COMMAND", "LIST"],
        })
        {
            Assert.DoesNotContain("open-sesame", await client.CallAsync(call));
        }
        Assert.DoesNotContain("open-sesame", Node.Output + Node.Errors);
    }

    [Fact]
    public async Task Http_needs_the_password_too_except_for_health()
    {
        using HttpClient http = new() { BaseAddress = new Uri($"http://{Node.EndPoint}") };
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.GetAsync("/healthz", Cancel)).StatusCode);
        foreach (string path in new[] { "/get?key=k", "/v1/cache/k", "/v1/stats", "/v1/cache" })
        {
            using HttpResponseMessage refused = await http.GetAsync(path, Cancel);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        }
        http.DefaultRequestHeaders.Authorization = new("Bearer", Password);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.GetAsync("/v1/stats", Cancel)).StatusCode);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

using System.Text.Json;

using Xunit;

namespace Henge.Tests.Server.Bench;

public sealed class BenchTests
{
    [Theory]
    [InlineData("--clients 5 --pipeline 3 --threads 2")]
    [InlineData("--clients 1")]
    [InlineData("--clients 3 --pipeline 7 --rate 1000000")]
    [InlineData("--clients 2 --size 70000 --pipeline 4")]
    public async Task A_run_sends_as_many_commands_as_asked_and_every_key_is_there(string flags)
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        int code = terminal.Run(
            ["bench", "--json", "--requests", "1000", "--keys", "100", .. flags.Split(' '), .. node.Flag]);

        Assert.Equal((0, ""), (code, terminal.Error));
        using JsonDocument json = JsonDocument.Parse(terminal.Out);
        Assert.Equal(1000, json.RootElement.GetProperty("commands").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("misses").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("errors").GetInt64());
        JsonElement latency = json.RootElement.GetProperty("latencyMs");
        Assert.True(latency.GetProperty("min").GetDouble() <= latency.GetProperty("p50").GetDouble());
        Assert.True(latency.GetProperty("p99.9").GetDouble() <= latency.GetProperty("max").GetDouble());
    }

    [Fact]
    public async Task Without_filling_first_reads_miss()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        terminal.Run(["bench", "--requests", "50", "--ratio", "1:0", "--no-prefill", "--clients", "2", .. node.Flag]);

        Assert.Contains("hit ratio: 0 % of 50 GETs", terminal.Out);
        Assert.Contains("GET:SET 1:0", terminal.Out);
    }

    [Fact]
    public async Task Errors_are_counted_and_shown()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        int code = terminal.Run(
            ["bench", "--requests", "10", "--ratio", "0:1", "--size", "1048577", "--clients", "1", .. node.Flag]);

        Assert.Equal(1, code);
        Assert.Matches("errors: |ended early: ", terminal.Out);
        Assert.DoesNotContain("errors: none\nhit", terminal.Out);
    }

    [Fact]
    public async Task A_server_that_goes_away_ends_the_run_with_what_there_is()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();
        Task<int> run = Task.Run(() => terminal.Run(
            ["bench", "--duration", "60s", "--keys", "10", "--clients", "3", "--timeout", "20s", .. node.Flag]));

        await node.DisposeAsync();

        Assert.Equal(1, await run);
        Assert.True(terminal.Out.Contains("ended early: ", StringComparison.Ordinal) || terminal.Error.Length > 0);
    }
}

using Xunit;

namespace Henge.Tests.Live;

/// <summary>Signals: Ctrl-C is as SIGTERM, and a second one does not wait.</summary>
[Collection(LiveCollection.Name)]
public sealed class StopTests
{
    private const int EndedByTerminate = 128 + 15;

    [Fact]
    public async Task Ctrl_c_stops_it_and_without_a_log_it_says_nothing()
    {
        await using HengeProcess node = await HengeProcess.StartAsync("--log-level", "none");

        await node.SignalAsync("INT");

        Assert.Equal(0, await node.EndAsync());
        Assert.Equal("", node.Errors);
    }

    [Fact]
    public async Task A_second_signal_ends_it_while_a_reader_that_never_reads_is_waited_for()
    {
        await using HengeProcess node = await HengeProcess.StartAsync(
            "--log-level", "info", "--stop-timeout", "1h", "--dead-peer-timeout", "1h");
        using RawClient client = await node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", "k", new string('v', 1_000_000)));
        byte[] work = [.. Enumerable.Repeat(RawClient.Encode("GET", "k"), 50).SelectMany(bytes => bytes)];
        await client.SendAsync(work);
        Assert.StartsWith("$v", await client.ReplyAsync());

        await node.TerminateAsync();
        await Eventually.HoldsAsync(
            () => Task.FromResult(node.Errors.Contains("a second signal ends at once")),
            "the first signal is reported");
        Assert.True(node.IsAlive);
        await node.TerminateAsync();

        Assert.Equal(EndedByTerminate, await node.EndAsync());
    }
}

using Henge.Server.Status;

using Xunit;

namespace Henge.Tests.Server.Status;

public sealed class StatusWatchTests
{
    [Fact]
    public void Rates_are_what_was_counted_in_between_by_second()
    {
        StatusReport before = StatusReport.Parse(Info(1000, hits: 100, absent: 50, evicted: 5, calls: 1000));
        StatusReport now = StatusReport.Parse(Info(3000, hits: 180, absent: 60, evicted: 15, calls: 3000));

        Assert.Equal(
            [
                ("operations", "1,000/s"),
                ("each takes", "2.0 us on the node"),
                ("hit ratio", "80 %"),
                ("misses", "5/s absent, 5/s evicted"),
                ("evicted", "0/s"),
                ("expired", "0/s"),
                ("traffic", "1 KiB/s in, 2 KiB/s out"),
            ],
            new StatusRates(before, now, TimeSpan.FromSeconds(2)).Rows);
    }

    [Fact]
    public void Where_counters_were_zeroed_or_nothing_happened_no_rate_is_made_up()
    {
        StatusReport before = StatusReport.Parse(Info(1000, hits: 100, absent: 50, evicted: 5, calls: 1000));
        StatusReport now = StatusReport.Parse(Info(3, hits: 0, absent: 0, evicted: 0, calls: 3));

        IReadOnlyList<(string Label, string Words)> rows =
            new StatusRates(before, now, TimeSpan.FromSeconds(1)).Rows;

        Assert.Equal(
            ["0/s", "no commands", "no reads", "0/s", "0/s", "0/s", "0 B/s in, 0 B/s out"],
            rows.Select(static row => row.Words));
    }

    [Fact]
    public async Task A_pipe_gets_one_picture_after_the_other()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        int code = terminal.Run(
            "status", "--watch", "--every", "100ms", "--count", "2", "--node", node.Address.ToString());

        Assert.Equal(("", 0), (terminal.Error, code));
        Assert.Equal(2, terminal.Out.Split('\n').Count(static line => line.StartsWith("operations: ")));
        Assert.DoesNotContain('\e', terminal.Out);
    }

    [Theory]
    [InlineData("xterm", true)]
    [InlineData("dumb", false)]
    public async Task A_terminal_is_drawn_over_where_it_can_be(string term, bool isDrawnOver)
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new() { IsTerminal = true, Width = 80 };
        terminal.Environment["TERM"] = term;
        terminal.Environment["NO_COLOR"] = "1";

        terminal.Run("status", "--watch", "--every", "100ms", "--count", "2", "--node", node.Address.ToString());

        Assert.Equal(isDrawnOver, terminal.Out.Contains("A\e[J", StringComparison.Ordinal));
        Assert.Equal(isDrawnOver ? 2 : 0, terminal.Out.Count(static letter => letter == '\e'));
        Assert.All(terminal.Out.Split('\n'), static line => Assert.InRange(line.Length, 0, 90));
    }

    [Fact]
    public async Task Watching_and_JSON_do_not_go_together()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();
        Assert.Equal(2, terminal.Run("status", "--watch", "--json", "--node", node.Address.ToString()));
        Assert.Contains("--json", terminal.Error, StringComparison.Ordinal);
    }

    private static string Info(long operations, long hits, long absent, long evicted, long calls) =>
        $"# Stats\r\nhenge_version:0.1.0\r\ntotal_commands_processed:{operations}\r\nkeyspace_hits:{hits}\r\n"
        + $"keyspace_misses:{absent + evicted}\r\nkeyspace_misses_absent:{absent}\r\n"
        + $"keyspace_misses_evicted:{evicted}\r\ntotal_net_input_bytes:{operations * 1024 / 1000}\r\n"
        + $"total_net_output_bytes:{operations * 2048 / 1000}\r\n"
        + $"cmdstat_get:calls={calls},usec={calls * 2},usec_per_call=2.00,rejected_calls=0,failed_calls=0\r\n";
}

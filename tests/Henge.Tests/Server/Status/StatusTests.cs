using System.Text.Json;

using Henge.Server.Status;

using Xunit;

namespace Henge.Tests.Server.Status;

public sealed class StatusTests
{
    private const string Info =
        "# Server\r\nredis_version:7.4.0\r\nhenge_version:0.1.0\r\nnode_name:n1\r\nuptime_in_seconds:90061\r\n"
        + "# Clients\r\nconnected_clients:3\r\nmaxclients:10000\r\n# Memory\r\nused_memory:536870912\r\n"
        + "used_memory_rss:700000000\r\nmaxmemory:2147483648\r\nmaxmemory_policy:allkeys-lru\r\n# Stats\r\n"
        + "total_commands_processed:1234567\r\ninstantaneous_ops_per_sec:4321\r\nkeyspace_hits:75\r\n"
        + "keyspace_misses:25\r\nevicted_keys:7\r\nexpired_keys:8\r\n# Keyspace\r\n"
        + "db0:keys=1000,expires=10,avg_ttl=0\r\ndb1:keys=1,expires=0,avg_ttl=0\r\n";

    [Fact]
    public void Info_is_read_as_numbers()
    {
        StatusReport report = StatusReport.Parse(Info);

        Assert.Equal(("henge", "0.1.0", "n1"), (report.Product, report.Version, report.Name));
        Assert.Equal((1001, 10), (report.Keys, report.KeysWithExpiry));
        Assert.Equal(0.75, report.HitRatio);
        Assert.Equal(TimeSpan.FromSeconds(90061), report.Uptime);
    }

    [Fact]
    public void A_pipe_gets_lines()
    {
        StringWriter to = new();

        StatusView.WritePlain(StatusReport.Parse(Info), "h:1", to);

        Assert.Equal(
            """
            node: n1 at h:1
            version: henge 0.1.0
            uptime: 1d 1h
            memory: 512 MiB of 2 GiB (25 %)
            resident: 668 MiB
            keys: 1,001 (10 with expiry)
            hit ratio: 75 % (75 hits, 25 misses)
            evicted: 7 (allkeys-lru)
            expired: 8
            operations: 4,321/s, 1,234,567 in all
            clients: 3 of 10,000

            """,
            to.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_ring_is_shown_as_one_line()
    {
        StatusReport report = StatusReport.Parse(
            Info + "# Ring\r\nring_members:4\r\nring_members_alive:3\r\nring_slots_owned:5461\r\n"
            + "ring_slots_loading:12\r\nmisses_due_to_topology:0\r\n");

        Assert.Contains(StatusView.Rows(report), row => row == (
            "ring", "3 of 4 members alive; 5,461 slots (33.3 %), 12 on their way here; 0 misses due to topology"));
    }

    [Fact]
    public void Each_source_of_discovery_is_one_line_that_says_since_when_it_is_silent()
    {
        StatusReport report = StatusReport.Parse(
            Info + "discovery0:up=1,addresses=3,seconds_since_answer=2,errors=0,source=etcd:http://a:2379,b:2379/x\r\n"
            + "discovery1:up=0,addresses=1,seconds_since_answer=300,errors=9,source=dns:nodes\r\n"
            + "discovery1_problem:no name server answers\r\n"
            + "discovery2:up=0,addresses=0,seconds_since_answer=-1,errors=1,source=dns:new\r\n");

        Assert.Equal(
            [
                "etcd:http://a:2379,b:2379/x answers, 3 addresses",
                "dns:nodes silent for 5m 0s, named 1 address before: no name server answers",
                "dns:new has not answered yet",
            ],
            StatusView.Rows(report).Where(static row => row.Label == "discovery").Select(static row => row.Words));
        StringWriter json = new();
        StatusView.WriteJson(report, "h:1", json);
        using JsonDocument written = JsonDocument.Parse(json.ToString());
        JsonElement silent = written.RootElement.GetProperty("discovery")[1];
        Assert.False(silent.GetProperty("up").GetBoolean());
        Assert.Equal(300, silent.GetProperty("secondsSinceAnswer").GetInt64());
    }

    [Fact]
    public void What_other_sizes_of_memory_would_do_is_one_line()
    {
        StatusReport report = StatusReport.Parse(
            Info + "# Sizing\r\nsizing_window_seconds:600\r\nsizing_hit_ratio_0.5x:0.7105\r\n"
            + "sizing_hit_ratio_2x:0.9027\r\n");

        Assert.Contains(StatusView.Rows(report), row => row == (
            "what if", "hit ratio of late with 0.5x memory 71.1 %, 2x memory 90.3 %"));
    }

    [Fact]
    public void Another_server_that_says_less_is_shown_too()
    {
        StatusReport report = StatusReport.Parse(
            "redis_version:7.0.15\r\nmaxmemory:0\r\nused_memory:1024\r\ngarbage\r\n");

        Assert.Equal(("redis", "7.0.15"), (report.Product, report.Version));
        Assert.Null(report.HitRatio);
        Assert.Contains(StatusView.Rows(report), row => row == ("memory", "1 KiB, no limit"));
        Assert.Contains(StatusView.Rows(report), row => row == ("hit ratio", "no reads yet"));
    }

    [Fact]
    public async Task A_running_node_shows_its_keys()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();
        CapturedTerminal panel = new() { IsTerminal = true, Environment = { ["NO_COLOR"] = "1" } };
        new CapturedTerminal().Run(["set", "a", "1", .. node.Flag]);

        Assert.Equal(0, terminal.Run(["status", "--json", .. node.Flag]));
        Assert.Equal(0, panel.Run(["status", .. node.Flag]));

        using JsonDocument json = JsonDocument.Parse(terminal.Out);
        Assert.Equal(1, json.RootElement.GetProperty("keys").GetInt64());
        Assert.Equal("henge", json.RootElement.GetProperty("product").GetString());
        Assert.Equal(64L << 20, json.RootElement.GetProperty("limitBytes").GetInt64());
        Assert.Equal(16384, json.RootElement.GetProperty("ownedSlots").GetInt64());
        Assert.Contains("1 of 1 members alive; 16,384 slots (100 %); 0 misses due to topology", panel.Out);
        Assert.Contains("░", panel.Out);
        Assert.DoesNotContain('\e', panel.Out);
    }
}

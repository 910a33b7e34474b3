using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Commands.Server;

public sealed class ServerCommandsTests
{
    [Fact]
    public void Info_counts_what_happened()
    {
        using var client = new SessionHarness();
        client.Call("SET", "k", "v");
        client.Call("SET", "brief", "v", "EX", "100");
        client.Call("GET", "k");
        client.Call("GET", "none");
        client.Call("GET");
        client.Call("NOSUCH");
        client.Call("SELECT", "x");
        client.Call("CLIENT", "ID");

        string info = client.Call("INFO", "everything");
        Assert.Contains("\r\nkeyspace_hits:1\r\nkeyspace_misses:1\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ntotal_commands_processed:8\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ndb0:keys=2,expires=1\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nerrorstat_ERR:count=3\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ntotal_error_replies:3\r\n", info, StringComparison.Ordinal);
        Assert.Matches(
            @"\r\ncmdstat_get:calls=2,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=1,failed_calls=0\r\n",
            info);
        Assert.Matches(
            @"\r\ncmdstat_select:calls=1,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=0,failed_calls=1\r\n",
            info);
        Assert.Matches(@"\r\ncmdstat_client\|id:calls=1,", info);
        Assert.Contains(
            "\r\nmaxmemory:67108864\r\nmaxmemory_human:64.00M\r\nmaxmemory_policy:allkeys-lru\r\n", info,
            StringComparison.Ordinal);
        Assert.Contains("\r\nloading:0\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ncluster_enabled:1\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nhenge_version:0.", info, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_shows_the_sections_asked_for()
    {
        using var client = new SessionHarness();

        Assert.Equal("$0\r\n\r\n", client.Call("INFO", "nosuch"));
        string two = client.Call("INFO", "Cluster", "replication", "nosuch");
        Assert.Contains("# Replication\r\nrole:master\r\n", two, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n# Cluster\r\n", two, StringComparison.Ordinal);
        Assert.DoesNotContain("# Server", two, StringComparison.Ordinal);
        Assert.DoesNotContain("# Commandstats", client.Call("INFO"), StringComparison.Ordinal);
        client.Call("HELLO", "3");
        Assert.StartsWith("=", client.Call("INFO", "cluster"), StringComparison.Ordinal);
    }

    [Fact]
    public void Small_commands_answer_as_Redis_does()
    {
        using var client = new SessionHarness();

        Assert.Equal("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", client.Call("ROLE"));
        Assert.Matches("^\\*2\r\n\\$10\r\n\\d{10}\r\n\\$\\d\r\n\\d{1,6}\r\n$", client.Call("TIME"));
        Assert.Equal(":0\r\n", client.Call("WAIT", "1", "100"));
        Assert.Equal("-ERR timeout is negative\r\n", client.Call("WAIT", "0", "-1"));
        Assert.Equal("+OK\r\n", client.Call("FUNCTION", "FLUSH", "async"));
        Assert.Equal("-ERR FUNCTION FLUSH only supports SYNC|ASYNC option\r\n", client.Call("FUNCTION", "FLUSH", "x"));
        Assert.Equal("*0\r\n", client.Call("FUNCTION", "LIST"));
        Assert.Equal("*0\r\n", client.Call("LATENCY", "LATEST"));
        Assert.Equal("*0\r\n", client.Call("LATENCY", "HISTORY", "command"));
        Assert.Equal(":0\r\n", client.Call("LATENCY", "RESET"));
        Assert.Equal("-ERR No samples available for event 'x'\r\n", client.Call("LATENCY", "GRAPH", "x"));
    }

    [Fact]
    public void Slow_commands_are_remembered_newest_first_and_shortened()
    {
        using var client = new SessionHarness();
        client.Call("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "3");
        client.Call("CLIENT", "SETNAME", "me");
        client.Call("ECHO", new string('x', 200));
        client.Call(["WATCH", .. Enumerable.Range(0, 40).Select(static i => $"k{i}")]);

        string log = client.Call("SLOWLOG", "GET", "2");
        Assert.StartsWith("*2\r\n*6\r\n", log, StringComparison.Ordinal);
        Assert.Contains("$23\r\n... (10 more arguments)\r\n", log, StringComparison.Ordinal);
        Assert.Contains("xxx... (72 more bytes)\r\n", log, StringComparison.Ordinal);
        Assert.Contains("\r\n$15\r\n127.0.0.1:50000\r\n$2\r\nme\r\n", log, StringComparison.Ordinal);
        Assert.Equal(":3\r\n", client.Call("SLOWLOG", "LEN"));
        Assert.Equal("-ERR count should be greater than or equal to -1\r\n", client.Call("SLOWLOG", "GET", "-2"));
        client.Call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
        Assert.Equal("+OK\r\n", client.Call("SLOWLOG", "RESET"));
        Assert.Equal("*0\r\n", client.Call("SLOWLOG", "GET"));
    }

    [Fact]
    public void Debug_needs_the_option_and_this_machine()
    {
        using var refused = new SessionHarness();
        Assert.StartsWith(
            "-ERR DEBUG command not allowed.", refused.Call("DEBUG", "SLEEP", "0"),
            StringComparison.Ordinal);

        HengeOptions options = SmallNode();
        options.EnableDebugCommands = true;
        using var client = new SessionHarness(options);
        client.Call("SET", "k", "abc");
        Assert.Equal("+OK\r\n", client.Call("DEBUG", "SLEEP", "0"));
        Assert.Equal("-ERR value is not a valid float\r\n", client.Call("DEBUG", "SLEEP", "nan"));
        Assert.Contains("serializedlength:3", client.Call("DEBUG", "OBJECT", "k"), StringComparison.Ordinal);
        Assert.Equal("-ERR no such key\r\n", client.Call("DEBUG", "OBJECT", "none"));
        Assert.Equal(":1\r\n", client.Call("DEBUG", "STRINGMATCH-LEN", "30000", "a*a*a*a*a*a*a*a*"));

        var remote = new RecordingConnection { RemoteEndPoint = System.Net.IPEndPoint.Parse("10.0.0.1:1") };
        using var elsewhere = new SessionHarness(client.Node, remote);
        Assert.StartsWith(
            "-ERR DEBUG command not allowed.", elsewhere.Call("DEBUG", "SLEEP", "0"),
            StringComparison.Ordinal);
    }
}

using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands.Server;

public sealed class ConfigCommandsTests
{
    [Fact]
    public void Get_takes_globs_and_several_of_them_and_names_each_once()
    {
        using var client = new SessionHarness();

        Assert.Equal("*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n", client.Call("CONFIG", "GET", "TIMEOUT", "time*", "timeou?"));
        Assert.Equal("*0\r\n", client.Call("CONFIG", "GET", "nosuch"));
        Assert.Contains("allkeys-lru", client.Call("CONFIG", "GET", "maxmemory*"), StringComparison.Ordinal);
        Assert.Equal("-ERR wrong number of arguments for 'config|get' command\r\n", client.Call("CONFIG", "GET"));
    }

    [Fact]
    public void What_is_set_acts()
    {
        using var client = new SessionHarness();
        HengeOptions options = client.Node.Options;

        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "maxmemory", "16mb", "timeout", "7"));
        Assert.Equal(16L << 20, client.Node.Store.MemoryBytes);
        Assert.Equal(TimeSpan.FromSeconds(7), options.Limits.IdleTimeout);
        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "maxclients", "5", "slowlog-max-len", "1"));
        Assert.Equal(5, options.Limits.MaxClients);
        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "slowlog-log-slower-than", "0"));
        client.Call("PING");
        client.Call("PING");
        Assert.Equal(":1\r\n", client.Call("SLOWLOG", "LEN"));
        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60"));
        Assert.Equal(32L << 20, options.Limits.OutputHardBytes);
        Assert.Contains(
            "normal 33554432 8388608 60 slave 0 0 0 pubsub 33554432 8388608 60",
            client.Call("CONFIG", "GET", "client-output-buffer-limit"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-ERR Unknown option or number of arguments for CONFIG SET - 'foo'\r\n", "foo", "bar")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'port') - can't set immutable config\r\n",
        "port", "1")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - "
        + "argument must be a memory value\r\n",
        "maxmemory", "abc")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'timeout') - duplicate parameter\r\n",
        "timeout", "1", "timeout", "2")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'timeout') - "
        + "argument couldn't be parsed into an integer\r\n",
        "timeout", "x")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - "
        + "argument must be between 1 and 1000000 inclusive\r\n",
        "maxclients", "0")]
    [InlineData(
        "-ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - "
        + "can't set immutable config\r\n",
        "notify-keyspace-events", "Ex")]
    [InlineData("-ERR syntax error\r\n", "timeout", "1", "maxclients")]
    public void A_set_that_fails_changes_nothing(string expected, params string[] words)
    {
        using var client = new SessionHarness();
        string before = client.Call("CONFIG", "GET", "*");

        Assert.Equal(expected, client.Call(["CONFIG", "SET", "slowlog-max-len", "3", .. words]));
        Assert.Equal(before, client.Call("CONFIG", "GET", "*"));
    }

    [Fact]
    public void What_is_true_already_may_be_set()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "save", "", "appendonly", "no"));
    }

    [Fact]
    public void Resetstat_zeroes_and_rewrite_says_no()
    {
        using var client = new SessionHarness();
        client.Call("GET", "k");
        client.Call("NOSUCH");

        Assert.Equal("+OK\r\n", client.Call("CONFIG", "RESETSTAT"));
        string info = client.Call("INFO", "all");
        Assert.Contains("keyspace_misses:0\r\n", info, StringComparison.Ordinal);
        Assert.Contains("total_error_replies:0\r\n", info, StringComparison.Ordinal);
        Assert.DoesNotContain("cmdstat_get:", info, StringComparison.Ordinal);
        Assert.Equal("-ERR The server is running without a config file\r\n", client.Call("CONFIG", "REWRITE"));
    }
}

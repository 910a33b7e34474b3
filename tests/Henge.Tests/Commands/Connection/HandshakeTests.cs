using System.Globalization;

using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands.Connection;

/// <summary>
/// What client libraries send when they connect, and the kind of reply that each of them needs to go on.
/// </summary>
public sealed class HandshakeTests
{
    [Fact]
    public void StackExchange_Redis_connects()
    {
        using var client = new SessionHarness();

        Expect(client, '%', "HELLO", "3", "SETNAME", "app");
        Expect(client, "+OK", "CLIENT", "SETNAME", "app");
        Expect(client, "+OK", "CLIENT", "SETINFO", "lib-name", "SE.Redis");
        Expect(client, "+OK", "CLIENT", "SETINFO", "lib-ver", "2.8.16");
        Expect(client, ":1", "CLIENT", "ID");
        Expect(client, "%1\r\n$7\r\ntimeout\r\n$1\r\n0", "CONFIG", "GET", "timeout");
        Expect(client, "%1\r\n$17\r\nreplica-read-only\r\n$3\r\nyes", "CONFIG", "GET", "replica-read-only");
        Expect(client, "%1\r\n$15\r\nslave-read-only\r\n$3\r\nyes", "CONFIG", "GET", "slave-read-only");
        Expect(client, "%1\r\n$9\r\ndatabases\r\n$1\r\n1", "CONFIG", "GET", "databases");
        Expect(client, "-ERR unknown command", "SENTINEL", "MASTERS");
        Assert.Contains("role:master\r\n", client.Call("INFO", "replication"), StringComparison.Ordinal);
        string server = client.Call("INFO", "server");
        Assert.Contains("redis_version:7.4.0\r\n", server, StringComparison.Ordinal);
        Assert.Contains("redis_mode:cluster\r\n", server, StringComparison.Ordinal);
        Assert.Contains(
            "myself,master - 0 0 1 connected 0-16383\n", client.Call("CLUSTER", "NODES"),
            StringComparison.Ordinal);
        Expect(client, "_", "GET", "__Booksleeve_TieBreak");
        string guid = new([.. Enumerable.Range(0, 16).Select(static i => (char)(i * 15))]);
        Expect(client, "$16\r\n" + guid, "ECHO", guid);
        const string channel = "__Booksleeve_MasterChanged";
        Expect(client, $">3\r\n$9\r\nsubscribe\r\n$26\r\n{channel}\r\n:1", "SUBSCRIBE", channel);
        Expect(client, "+PONG", "PING");
    }

    [Fact]
    public void StackExchange_Redis_sees_no_cluster_in_standalone_mode()
    {
        HengeOptions options = SessionHarness.SmallNode();
        options.RedisMode = RedisMode.Standalone;
        using var client = new SessionHarness(options);

        Expect(client, "*2\r\n$9\r\ndatabases\r\n$2\r\n16", "CONFIG", "GET", "databases");
        Expect(client, "-ERR This instance has cluster support disabled", "CLUSTER", "NODES");
        Assert.Contains("redis_mode:standalone\r\n", client.Call("INFO", "server"), StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_py_connects()
    {
        using var client = new SessionHarness();

        Expect(client, '%', "HELLO", "3");
        Expect(client, "-ERR unknown subcommand", "CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type");
        Expect(client, "+OK", "CLIENT", "SETINFO", "LIB-NAME", "redis-py");
        Expect(client, "+OK", "CLIENT", "SETINFO", "LIB-VER", "6.4.0");
        Expect(client, "+OK", "SELECT", "0");
        string pipeline = SessionHarness.Array("MULTI") + SessionHarness.Array("SET", "a", "1")
            + SessionHarness.Array("GET", "a") + SessionHarness.Array("EXEC");
        Assert.Equal("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$1\r\n1\r\n", client.Receive(pipeline));
    }

    [Fact]
    public void Redis_py_cluster_and_others_find_the_node_where_they_reached_it()
    {
        using var client = new SessionHarness();

        Assert.StartsWith(
            "*1\r\n*3\r\n:0\r\n:16383\r\n*4\r\n$9\r\n127.0.0.1\r\n:7400\r\n$40\r\n", client.Call("CLUSTER", "SLOTS"));
        Assert.StartsWith(
            "*1\r\n*4\r\n$5\r\nslots\r\n*2\r\n:0\r\n:16383\r\n$5\r\nnodes\r\n*1\r\n*14\r\n",
            client.Call("CLUSTER", "SHARDS"));
        Expect(client, '*', "COMMAND");
        Expect(client, "+OK", "READONLY");
        Expect(client, "+OK", "ASKING");
        Expect(client, "+OK", "READWRITE");
        Assert.True(client.Session.Client.KnowsClusterMap);
    }

    [Fact]
    public void Ioredis_connects()
    {
        using var client = new SessionHarness();

        Expect(client, '%', "HELLO", "3");
        Assert.Contains("\r\nloading:0\r\n", client.Call("INFO"), StringComparison.Ordinal);
        Expect(client, "+OK", "CLIENT", "SETINFO", "LIB-NAME", "ioredis");
        Assert.Contains("cluster_state:ok\r\n", client.Call("CLUSTER", "INFO"), StringComparison.Ordinal);
        Expect(client, "+OK", "SELECT", "0");
    }

    [Fact]
    public void Node_redis_and_go_redis_connect()
    {
        using var client = new SessionHarness();

        Expect(client, '%', "HELLO", "3", "SETNAME", "app");
        Expect(client, "-ERR unknown subcommand", "CLIENT", "TRACKING", "ON");
        Expect(client, "-ERR unknown subcommand", "CLIENT", "maint_notifications", "on");
        Expect(client, "+OK", "client", "setinfo", "LIB-NAME", "go-redis(,go1.22)");
        Expect(client, "+OK", "client", "setinfo", "LIB-VER", "9.7.0");
        Expect(client, "%0", "COMMAND", "DOCS", "nosuch");
    }

    [Fact]
    public void Lettuce_connects_and_falls_back_on_the_texts_it_knows()
    {
        using var client = new SessionHarness();

        Expect(client, '%', "HELLO", "3");
        Expect(client, "-NOPROTO", "HELLO", "9");
        Expect(client, "+OK", "CLIENT", "SETNAME", "lettuce");
        Assert.Contains("@7400 myself,master", client.Call("CLUSTER", "NODES"), StringComparison.Ordinal);
        Assert.Contains("connected_clients:1\r\n", client.Call("INFO", "clients"), StringComparison.Ordinal);
    }

    [Fact]
    public void Jedis_hiredis_and_phpredis_connect()
    {
        HengeOptions options = SessionHarness.SmallNode();
        options.Password = "p";
        using var client = new SessionHarness(options);

        Expect(client, "+OK", "AUTH", "p");
        Expect(client, "+OK", "AUTH", "default", "p");
        Expect(client, "+OK", "CLIENT", "SETINFO", "LIB-NAME", "jedis");
        Expect(client, "+OK", "CLIENT", "SETINFO", "LIB-VER", "5.2.0");
        Expect(client, "+OK", "SELECT", "0");
        Expect(client, "+PONG", "PING");
        Expect(client, "*2\r\n$4\r\nsave\r\n$0\r\n", "CONFIG", "GET", "save");
        Expect(client, "*2\r\n$10\r\nappendonly\r\n$2\r\nno", "CONFIG", "GET", "appendonly");
        Expect(client, "+OK", "FUNCTION", "FLUSH");
    }

    private static void Expect(SessionHarness client, string start, params string[] words) =>
        Assert.StartsWith(start, client.Call(words), StringComparison.Ordinal);

    private static void Expect(SessionHarness client, char kind, params string[] words) =>
        Expect(client, kind.ToString(CultureInfo.InvariantCulture), words);
}

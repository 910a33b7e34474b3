using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands.Cluster;

public sealed class ClusterCommandsTests
{
    [Fact]
    public void One_node_owns_every_slot()
    {
        using var client = new SessionHarness();
        string id = client.Node.NodeIdText;

        Assert.Equal(40, id.Length);
        Assert.Equal($"$40\r\n{id}\r\n", client.Call("CLUSTER", "MYID"));
        Assert.Equal(
            $"*1\r\n*3\r\n:0\r\n:16383\r\n*4\r\n$9\r\n127.0.0.1\r\n:7400\r\n$40\r\n{id}\r\n*0\r\n",
            client.Call("CLUSTER", "SLOTS"));
        Assert.Contains(
            $"{id} 127.0.0.1:7400@7400 myself,master - 0 0 1 connected 0-16383\n", client.Call("CLUSTER", "NODES"),
            StringComparison.Ordinal);
        Assert.Equal("*0\r\n", client.Call("CLUSTER", "LINKS"));
        Assert.Equal("*0\r\n", client.Call("CLUSTER", "REPLICAS", id));
        Assert.Equal("-ERR Unknown node x\r\n", client.Call("CLUSTER", "REPLICAS", "x"));
        Assert.StartsWith(
            "-ERR CLUSTER RESET is not supported", client.Call("CLUSTER", "RESET"),
            StringComparison.Ordinal);
        Assert.Equal("-ERR unknown subcommand 'MEET'. Try CLUSTER HELP.\r\n", client.Call("CLUSTER", "MEET", "a", "1"));
    }

    [Fact]
    public void Keys_are_found_by_their_slot()
    {
        using var client = new SessionHarness();
        client.Call("SET", "{foo}1", "v");
        client.Call("SET", "{foo}2", "v");
        client.Call("SET", "bar", "v");

        Assert.Equal(":12182\r\n", client.Call("CLUSTER", "KEYSLOT", "foo"));
        Assert.Equal(":2\r\n", client.Call("CLUSTER", "COUNTKEYSINSLOT", "12182"));
        Assert.StartsWith(
            "*2\r\n$6\r\n{foo}", client.Call("CLUSTER", "GETKEYSINSLOT", "12182", "10"),
            StringComparison.Ordinal);
        Assert.StartsWith("*1\r\n", client.Call("CLUSTER", "GETKEYSINSLOT", "12182", "1"), StringComparison.Ordinal);
        Assert.Equal("*0\r\n", client.Call("CLUSTER", "GETKEYSINSLOT", "12182", "0"));
        Assert.Equal("-ERR Invalid slot\r\n", client.Call("CLUSTER", "COUNTKEYSINSLOT", "16384"));
        Assert.Equal(
            "-ERR value is not an integer or out of range\r\n",
            client.Call("CLUSTER", "COUNTKEYSINSLOT", "x"));
        Assert.Equal("-ERR Invalid slot or number of keys\r\n", client.Call("CLUSTER", "GETKEYSINSLOT", "1", "-1"));
    }

    [Fact]
    public void Without_cluster_mode_it_answers_as_Redis_without_cluster()
    {
        HengeOptions options = SessionHarness.SmallNode();
        options.RedisMode = RedisMode.Standalone;
        using var client = new SessionHarness(options);
        const string disabled = "-ERR This instance has cluster support disabled\r\n";

        foreach (string word in (string[])["SLOTS", "NODES", "SHARDS", "INFO", "MYID", "HELP", "NOSUCH"])
        {
            Assert.Equal(disabled, client.Call("CLUSTER", word));
        }
        Assert.Equal(disabled, client.Call("READONLY"));
        Assert.Equal(disabled, client.Call("ASKING"));
    }
}

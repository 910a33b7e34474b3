using Henge.Commands;
using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Routing;

/// <summary>
/// Every command with keys, through every node of a ring, must answer what a node alone answers, and leave the same
/// behind. The rows of the command table decide which commands there are, so none is forgotten.
/// </summary>
public sealed class EveryCommandTests
{
    // A and B stand for two keys, whose owners the test chooses; what comes before the last line is preparation.
    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["APPEND"] = ["SET A x", "APPEND A yz"],
        ["DECR"] = ["SET A 5", "DECR A"],
        ["DECRBY"] = ["DECRBY A 7"],
        ["GET"] = ["SET A value", "GET A"],
        ["GETDEL"] = ["SET A value", "GETDEL A"],
        ["GETEX"] = ["SET A value", "GETEX A EXAT 9999999999"],
        ["GETRANGE"] = ["SET A value", "GETRANGE A 1 3"],
        ["GETSET"] = ["SET A old", "GETSET A new"],
        ["INCR"] = ["SET A 41", "INCR A"],
        ["INCRBY"] = ["INCRBY A 3"],
        ["INCRBYFLOAT"] = ["INCRBYFLOAT A 1.5"],
        ["LCS"] = ["MSET A ohmytext B mynewtext", "LCS A B"],
        ["MGET"] = ["SET A 1", "MGET A missing B A"],
        ["MSET"] = ["MSET A 1 B 2 A 3"],
        ["MSETNX"] = ["MSETNX A 1 B 2"],
        ["PSETEX"] = ["PSETEX A 100000000 v"],
        ["SET"] = ["SET A 1 EX 100000", "SET A 2 GET KEEPTTL"],
        ["SETEX"] = ["SETEX A 100000 v"],
        ["SETNX"] = ["SET A 1", "SETNX A 2"],
        ["SETRANGE"] = ["SET A hello", "SETRANGE A 2 XX"],
        ["STRLEN"] = ["SET A hello", "STRLEN A"],
        ["SUBSTR"] = ["SET A hello", "SUBSTR A 0 1"],
        ["BITCOUNT"] = ["SET A foobar", "BITCOUNT A"],
        ["GETBIT"] = ["SET A foobar", "GETBIT A 1"],
        ["SETBIT"] = ["SETBIT A 7 1"],
        ["COPY"] = ["SET A value EX 100000", "COPY A B"],
        ["DEL"] = ["MSET A 1 B 2", "DEL A missing B A"],
        ["EXISTS"] = ["SET A 1", "EXISTS A B A"],
        ["EXPIRE"] = ["SET A 1", "EXPIRE A 100000"],
        ["EXPIREAT"] = ["SET A 1", "EXPIREAT A 9999999999"],
        ["EXPIRETIME"] = ["SET A 1 EXAT 9999999999", "EXPIRETIME A"],
        ["PERSIST"] = ["SET A 1 EX 1000", "PERSIST A"],
        ["PEXPIRE"] = ["SET A 1", "PEXPIRE A 100000000"],
        ["PEXPIREAT"] = ["SET A 1", "PEXPIREAT A 9999999999999"],
        ["PEXPIRETIME"] = ["SET A 1 PXAT 9999999999999", "PEXPIRETIME A"],
        ["PTTL"] = ["SET A 1 PX 100000000", "PTTL A"],
        ["TTL"] = ["SET A 1 EX 100000", "TTL A"],
        ["TYPE"] = ["HSET A f v", "TYPE A"],
        ["RENAME"] = ["HSET A f v", "RENAME A B"],
        ["RENAMENX"] = ["SET A 1", "RENAMENX A B"],
        ["TOUCH"] = ["SET A 1", "TOUCH A B"],
        ["UNLINK"] = ["MSET A 1 B 2", "UNLINK A B"],
        ["HDEL"] = ["HSET A f v g w", "HDEL A f nope"],
        ["HEXISTS"] = ["HSET A f v", "HEXISTS A f"],
        ["HGET"] = ["HSET A f v", "HGET A f"],
        ["HGETALL"] = ["HSET A f v g w", "HGETALL A"],
        ["HINCRBY"] = ["HINCRBY A f 2"],
        ["HINCRBYFLOAT"] = ["HINCRBYFLOAT A f 2.5"],
        ["HKEYS"] = ["HSET A f v g w", "HKEYS A"],
        ["HLEN"] = ["HSET A f v g w", "HLEN A"],
        ["HMGET"] = ["HSET A f v", "HMGET A f g"],
        ["HMSET"] = ["HMSET A f v g w"],
        ["HRANDFIELD"] = ["HSET A f v", "HRANDFIELD A"],
        ["HSCAN"] = ["HSET A f v", "HSCAN A 0"],
        ["HSET"] = ["HSET A f v g w"],
        ["HSETNX"] = ["HSETNX A f v"],
        ["HSTRLEN"] = ["HSET A f vvv", "HSTRLEN A f"],
        ["HVALS"] = ["HSET A f v g w", "HVALS A"],
        ["OBJECT|ENCODING"] = ["SET A 12", "OBJECT ENCODING A"],
        ["OBJECT|FREQ"] = ["SET A 12", "OBJECT FREQ A"],
        ["OBJECT|IDLETIME"] = ["SET A 12", "OBJECT IDLETIME A"],
        ["OBJECT|REFCOUNT"] = ["SET A 12", "OBJECT REFCOUNT A"],
        ["MEMORY|USAGE"] = ["SET A 12", "MEMORY USAGE A"],
        ["DEBUG|OBJECT"] = ["DEBUG OBJECT A"],
        ["WATCH"] = ["WATCH A B"],
        ["KEYS"] = ["SET A 1", "KEYS *"],
        ["SCAN"] = ["SET A 1", "SCAN 0 COUNT 1000"],
        ["RANDOMKEY"] = ["SET A 1", "RANDOMKEY"],
        ["DBSIZE"] = ["MSET A 1 B 2", "DBSIZE"],
        ["FLUSHALL"] = ["MSET A 1 B 2", "FLUSHALL"],
        ["FLUSHDB"] = ["MSET A 1 B 2", "FLUSHDB ASYNC"],
        ["PUBLISH"] = ["PUBLISH A message"],
        ["SPUBLISH"] = ["SPUBLISH A message"],
        ["PUBSUB|CHANNELS"] = ["PUBSUB CHANNELS"],
        ["PUBSUB|NUMPAT"] = ["PUBSUB NUMPAT"],
        ["PUBSUB|NUMSUB"] = ["PUBSUB NUMSUB A B"],
        ["PUBSUB|SHARDCHANNELS"] = ["PUBSUB SHARDCHANNELS"],
        ["PUBSUB|SHARDNUMSUB"] = ["PUBSUB SHARDNUMSUB A"],
        ["CLUSTER|COUNTKEYSINSLOT"] = ["SET A 1", "CLUSTER COUNTKEYSINSLOT slot"],
        ["CLUSTER|GETKEYSINSLOT"] = ["SET A 1", "CLUSTER GETKEYSINSLOT slot 10"],
        ["EXEC"] = ["MULTI", "SET A 1", "GET B", "EXEC"],
    };

    public static TheoryData<string> Commands => [.. Concerned().Select(command => command.Name)];

    [Fact]
    public void Every_command_that_concerns_the_ring_has_an_example() =>
        Assert.Empty(Concerned().Select(command => command.Name).Except(Examples.Keys));

    [Fact]
    public void No_command_that_may_have_keys_of_several_owners_is_left_out() =>
        Assert.Empty(Concerned()
            .Where(command => command.FirstKey > 0 && command.LastKey != command.FirstKey)
            .Where(command => command.AcrossOwners is null && command.OverRing is null)
            .Select(command => command.Name));

    [Theory]
    [MemberData(nameof(Commands))]
    public void It_answers_through_every_node_as_on_one(string name)
    {
        for (int ownerOfA = 0; ownerOfA < 3; ownerOfA++)
        {
            for (int ownerOfB = 0; ownerOfB < 3; ownerOfB++)
            {
                for (int coordinator = 0; coordinator < 3; coordinator++)
                {
                    Compare(name, ownerOfA, ownerOfB, coordinator);
                }
            }
        }
    }

    private static void Compare(string name, int ownerOfA, int ownerOfB, int coordinator)
    {
        using var ring = new TestRing();
        string a = ring.KeyOf(ring[ownerOfA], "a");
        string b = ring.KeyOf(ring[ownerOfB], "b");
        using RingClient client = ring[coordinator].Connect();
        using var alone = new SessionHarness { NowMs = ring.Now.UnixMs };
        string slot = Henge.Cluster.Slot.Of(System.Text.Encoding.ASCII.GetBytes(a)).Number.ToString();
        foreach (string line in Examples[name])
        {
            string[] words = [.. line.Split(' ').Select(word =>
                word == "A" ? a : word == "B" ? b : word == "slot" ? slot : word)];
            string reply = client.Call(words);
            if (words[0] == "SCAN")
            {
                // A ring goes from member to member, so it takes some more calls; it finds what one node finds.
                Assert.Contains(a, Scanned(client, reply));
                continue;
            }
            Assert.Equal(Comparable(name, alone.Call(words)), Comparable(name, reply));
        }
        foreach (string key in new[] { a, b })
        {
            Assert.Equal(alone.Call("TYPE", key), client.Call("TYPE", key));
            Assert.Equal(alone.Call("PEXPIRETIME", key), client.Call("PEXPIRETIME", key));
            Assert.Equal(alone.Call("GET", key), client.Call("GET", key));
            Assert.Equal(alone.Call("HGETALL", key), client.Call("HGETALL", key));
        }
        Assert.Equal(alone.Call("DBSIZE"), client.Call("DBSIZE"));
        Assert.False(client.Harness.Session.HasPendingReplies);
    }

    // Addresses in memory differ from store to store; the rest must not.
    private static string Comparable(string name, string reply) => name == "DEBUG|OBJECT" ? reply.Split(' ')[0] : reply;

    private static string Scanned(RingClient client, string reply)
    {
        string all = reply;
        for (string cursor = reply.Split("\r\n")[2]; cursor != "0"; cursor = reply.Split("\r\n")[2])
        {
            reply = client.Call("SCAN", cursor, "COUNT", "1000");
            all += reply;
        }
        return all;
    }

    private static IEnumerable<Command> Concerned() =>
        new CommandTable().All
            .SelectMany(command => command.HasSubcommands ? command.Subcommands : [command])
            .Where(command => command.OverRing is not null || (command.FirstKey > 0 && !command.StaysHere));
}

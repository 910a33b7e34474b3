using Henge.Cluster.Rings;
using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Routing;

public sealed class RingCommandsTests
{
    [Fact]
    public void A_transaction_over_several_owners_answers_in_order()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string[] keys = [.. ring.Nodes.Select(node => ring.KeyOf(node))];

        string replies = client.Talk(Array("MULTI") + Array("SET", keys[0], "a") + Array("INCR", keys[1])
            + Array("PING") + Array("MGET", keys[0], keys[2]) + Array("GET", keys[0]) + Array("INCR", keys[1])
            + Array("DBSIZE") + Array("EXEC") + Array("GET", keys[1]));

        string queued = string.Concat(Enumerable.Repeat("+QUEUED\r\n", 7));
        Assert.StartsWith($"+OK\r\n{queued}*7\r\n+OK\r\n:1\r\n+PONG\r\n*2\r\n", replies);
        Assert.EndsWith("$1\r\na\r\n:2\r\n:2\r\n$1\r\n2\r\n", replies);
    }

    [Fact]
    public void A_transaction_of_one_other_owner_is_one_operation()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string key = ring.KeyOf(ring[1]);
        client.Call("MULTI");
        client.Call("SET", key, "1");
        client.Call("INCR", key);
        int before = ring.Delivered;
        Assert.Equal("*2\r\n+OK\r\n:2\r\n", client.Call("EXEC"));
        Assert.Equal(2, ring.Delivered - before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Watched_keys_of_other_owners_are_watched(bool changes)
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        using RingClient other = ring[2].Connect();
        string[] keys = [.. ring.Nodes.Select(node => ring.KeyOf(node))];
        client.Call("MSET", keys[0], "0", keys[1], "1");
        Assert.Equal("+OK\r\n", client.Call("WATCH", keys[0], keys[1], keys[2]));
        client.Call("MULTI");
        client.Call("SET", keys[0], "new");
        client.Call("SET", keys[2], "new");
        if (changes)
        {
            other.Call("SET", keys[1], "changed");
        }
        Assert.Equal(changes ? "*-1\r\n" : "*2\r\n+OK\r\n+OK\r\n", client.Call("EXEC"));
        Assert.Equal(changes ? "$1\r\n0\r\n" : "$3\r\nnew\r\n", other.Call("GET", keys[0]));
        Assert.Equal(changes ? "$-1\r\n" : "$3\r\nnew\r\n", other.Call("GET", keys[2]));
    }

    [Fact]
    public void Watch_and_exec_in_one_pipeline_wait_for_each_other()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string key = ring.KeyOf(ring[1]);
        string replies = client.Talk(Array("WATCH", key) + Array("MULTI") + Array("SET", key, "v") + Array("EXEC")
            + Array("GET", key));
        Assert.Equal("+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n$1\r\nv\r\n", replies);
    }

    [Fact]
    public void Steps_of_a_rename_are_not_overtaken_by_the_same_client()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string from = ring.KeyOf(ring[1]);
        string to = ring.KeyOf(ring[2]);
        string replies = client.Talk(Array("SET", from, "v") + Array("RENAME", from, to) + Array("GET", to)
            + Array("GET", from) + Array("RENAME", from, to));
        Assert.Equal("+OK\r\n+OK\r\n$1\r\nv\r\n$-1\r\n-ERR no such key\r\n", replies);
    }

    [Fact]
    public void A_scan_finds_every_key_that_stays()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        for (int i = 0; i < 300; i++)
        {
            client.Call("SET", $"key{i}", "v");
        }
        Assert.Equal(300, Scan(ring, client, static _ => { }).Count);
    }

    [Fact]
    public void A_scan_finds_every_key_through_a_change_of_the_view()
    {
        using var ring = new TestRing();
        ring.Publish(ring[2]);
        using RingClient client = ring[0].Connect();
        for (int i = 0; i < 200; i++)
        {
            client.Call("SET", $"key{i}", "v");
        }
        int page = 0;
        HashSet<string> found = Scan(ring, client, ring =>
        {
            if (++page != 7)
            {
                return;
            }
            // Node 2 comes in: its keys are written there by hand, and are left over where they were.
            RingView before = ring.View;
            ring.LeftoverOf = (node, slot) =>
                before.Members[before.CopiesOf(new Henge.Cluster.Slot(slot))[0]].Id == node.Self.Id;
            ring.Publish();
            for (int i = 0; i < 200; i++)
            {
                if (ring.OwnerOf($"key{i}") == ring[2])
                {
                    using var direct = new SessionHarness(ring[2].Node) { NowMs = ring.Now.UnixMs };
                    direct.Call("SET", $"key{i}", "v");
                }
            }
        });
        Assert.Equal(200, found.Count);
    }

    [Fact]
    public void A_scan_goes_round_again_when_it_met_slots_whose_data_was_on_its_way()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        TestNode first = ring.Nodes.Single(node => node.Self.Id == ring.View.Members[0].Id);
        string key = ring.KeyOf(first, "late");
        int slot = Henge.Cluster.Slot.Of(System.Text.Encoding.ASCII.GetBytes(key)).Number;
        var load = new SlotLoad { Sources = [ring[2].Self.Id], TrustsLocal = true, Since = 0 };
        ring.AccessOf = (node, at) => node == first && at == slot ? SlotAccess.Load : null;
        ring.LoadOf = (node, at) => node == first && at == slot ? load : null;
        ring.Publish();
        int page = 0;
        HashSet<string> found = Scan(ring, client, ring =>
        {
            if (++page == 2)
            {
                // The key arrives at the first member after that was looked at.
                using var direct = new SessionHarness(first.Node) { NowMs = ring.Now.UnixMs };
                direct.Call("SET", key, "v");
                ring.AccessOf = static (_, _) => null;
            }
        });
        Assert.Contains(key, found);
    }

    [Fact]
    public void Messages_reach_subscribers_of_every_node_and_no_node_without()
    {
        using var ring = new TestRing();
        using RingClient publisher = ring[0].Connect();
        using RingClient subscriber = ring[1].Connect();
        using RingClient pattern = ring[2].Connect();
        Assert.Equal(":0\r\n", publisher.Send(Array("PUBLISH", "news", "nobody")));
        subscriber.Call("SUBSCRIBE", "news");
        Assert.Equal(":1\r\n", publisher.Call("PUBLISH", "news", "one"));
        pattern.Call("PSUBSCRIBE", "n*");
        Assert.Equal(":2\r\n", publisher.Call("PUBLISH", "news", "two"));
        Assert.Equal(":1\r\n", publisher.Call("PUBLISH", "nothing", "three"));
        Assert.Equal(":0\r\n", publisher.Call("SPUBLISH", "news", "four"));
        Assert.Equal("*1\r\n$4\r\nnews\r\n", publisher.Call("PUBSUB", "CHANNELS"));
        Assert.Equal("*2\r\n$4\r\nnews\r\n:1\r\n", publisher.Call("PUBSUB", "NUMSUB", "news"));
        Assert.Equal(":1\r\n", publisher.Call("PUBSUB", "NUMPAT"));
        string received = subscriber.Call("UNSUBSCRIBE", "news");
        Assert.Equal(":1\r\n", publisher.Call("PUBLISH", "news", "five"));
        received += System.Text.Encoding.ASCII.GetString(subscriber.Harness.Connection.Pushed);
        Assert.Contains("one", received);
        Assert.DoesNotContain("five", received);
    }

    [Fact]
    public void Flushall_deletes_on_every_node()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        for (int i = 0; i < 30; i++)
        {
            client.Call("SET", $"key{i}", "v");
        }
        Assert.Equal("+OK\r\n:0\r\n", client.Talk(Array("FLUSHALL") + Array("DBSIZE")));
        Assert.Equal("+OK\r\n$1\r\nw\r\n", client.Talk(Array("SET", "key1", "w") + Array("GET", "key1")));
    }

    [Fact]
    public void The_map_names_every_member_its_slots_and_its_replicas()
    {
        using var ring = new TestRing(nodes: 3, copies: 2);
        using RingClient client = ring[0].Connect();
        string slots = client.Call("CLUSTER", "SLOTS");
        string nodes = client.Call("CLUSTER", "NODES");
        string shards = client.Call("CLUSTER", "SHARDS");
        foreach (TestNode node in ring.Nodes)
        {
            Assert.Contains(node.Self.Id.ToString(), slots);
            Assert.Contains($"{node.Self.Id} {node.Self.Address}@", nodes);
            Assert.Contains(node.Self.Id.ToString(), shards);
        }
        Assert.Equal(slots, client.Call("CLUSTER", "SLOTS"));
        Assert.Contains("cluster_size:3", client.Call("CLUSTER", "INFO"));
        Assert.StartsWith("*2\r\n", client.Call("CLUSTER", "REPLICAS", ring[0].Self.Id.ToString()));
        Assert.Equal(":1\r\n", client.Call("WAIT", "1", "0"));
    }

    private static HashSet<string> Scan(TestRing ring, RingClient client, Action<TestRing> between)
    {
        var found = new HashSet<string>();
        string cursor = "0";
        do
        {
            string[] lines = client.Call("SCAN", cursor, "COUNT", "20").Split("\r\n");
            cursor = lines[2];
            for (int i = 5; i < lines.Length - 1; i += 2)
            {
                found.Add(lines[i]);
            }
            between(ring);
        }
        while (cursor != "0");
        return found;
    }
}

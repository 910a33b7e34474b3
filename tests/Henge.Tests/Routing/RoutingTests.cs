using Henge.Cluster;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Routing;

public sealed class RoutingTests
{
    [Fact]
    public void A_key_set_through_one_node_is_read_through_each()
    {
        using var ring = new TestRing();
        using RingClient writer = ring[0].Connect();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("+OK\r\n", writer.Call("SET", $"key{i}", $"v{i}"));
        }
        foreach (TestNode node in ring.Nodes)
        {
            using RingClient reader = node.Connect();
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal($"${$"v{i}".Length}\r\nv{i}\r\n", reader.Call("GET", $"key{i}"));
            }
        }
        Assert.Equal(50, ring.Nodes.Sum(node => node.Node.Store.Count));
    }

    [Fact]
    public void Info_tells_the_shape_of_the_ring_and_what_was_forwarded()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        for (int i = 0; i < 50; i++)
        {
            client.Call("SET", $"key{i}", "v");
        }
        string[] lines = client.Call("INFO", "ring").Split("\r\n");

        Assert.Contains("ring_members_alive:3", lines);
        int place = ring.View.PlaceOf(ring[0].Self.Id);
        int owned = Enumerable.Range(0, Slot.Count).Count(slot => ring.View.CopiesOf(new Slot(slot))[0] == place);
        Assert.Contains($"ring_slots_owned:{owned}", lines);
        Assert.Contains("ring_slots_loading:0", lines);
        Assert.Contains("misses_due_to_topology:0", lines);
        long served = ring.Nodes.Sum(node => node.Lane.Lane.Counters.Served);
        Assert.InRange(served, 20, 50);
        Assert.Contains($"commands_forwarded:{served}", lines);
    }

    [Fact]
    public void Commands_of_a_pipeline_are_forwarded_without_waiting_for_each_other()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string remote = ring.KeyOf(ring[1]);
        string other = ring.KeyOf(ring[2]);
        string local = ring.KeyOf(ring[0]);

        string now = client.Send(
            Array("SET", local, "1") + Array("SET", remote, "2") + Array("SET", other, "3") + Array("GET", local)
            + Array("GET", remote) + Array("PING") + Array("GET", other));

        Assert.Equal("+OK\r\n", now);
        Assert.Equal("+OK\r\n+OK\r\n$1\r\n1\r\n$1\r\n2\r\n+PONG\r\n$1\r\n3\r\n", client.Talk(""));
    }

    [Fact]
    public void Replies_wait_only_for_those_before_them()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string one = ring.KeyOf(ring[1]);

        Assert.Equal("+PONG\r\n", client.Send(Array("PING") + Array("GET", one) + Array("PING")));
        Assert.True(client.Harness.Session.HasPendingReplies);
        ring.Pump();
        Assert.Equal(1, client.Harness.Connection.Readied);
        Assert.Equal("$-1\r\n+PONG\r\n", client.Take());
        Assert.False(client.Harness.Session.HasPendingReplies);
    }

    [Fact]
    public void A_pipeline_of_writes_is_one_message_to_the_replicas()
    {
        using var ring = new TestRing(nodes: 2, copies: 2);
        using RingClient client = ring[0].Connect();
        string batch = string.Concat(
            Enumerable.Range(0, 16).Select(i => Array("SET", ring.KeyOf(ring[0], "k", i), "v")));
        int before = ring.Delivered;

        Assert.Equal("", client.Send(batch));
        Assert.Equal(string.Concat(Enumerable.Repeat("+OK\r\n", 16)), client.Talk(""));

        Assert.Equal(2, ring.Delivered - before);
        Assert.Equal(16, ring[1].Node.Store.Count);
    }

    [Fact]
    public void A_write_whose_replica_does_not_answer_is_never_ok()
    {
        using var ring = new TestRing(nodes: 2, copies: 2);
        using RingClient client = ring[0].Connect();
        string key = ring.KeyOf(ring[0]);
        ring[1].IsCut = true;

        Assert.Equal("$-1\r\n", client.Send(Array("GET", key) + Array("SET", key, "v") + Array("GET", key)));
        Assert.Equal("", client.Talk(""));
        ring.Advance(6000);
        string replies = client.Talk("");

        Assert.StartsWith("-UNCERTAIN ", replies);
        Assert.EndsWith("\r\n$1\r\nv\r\n", replies);
    }

    [Fact]
    public void An_owner_that_cannot_be_reached_is_an_error_that_says_so()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        ring[1].IsCut = true;

        Assert.Equal("", client.Send(Array("GET", ring.KeyOf(ring[1])) + Array("PING")));
        ring.Advance(6000);
        string replies = client.Talk("");
        Assert.StartsWith("-TRYAGAIN ", replies);
        Assert.EndsWith("\r\n+PONG\r\n", replies);
    }

    [Fact]
    public void Silent_commands_stay_silent_and_keep_the_order()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string key = ring.KeyOf(ring[1]);

        string replies = client.Talk(Array("CLIENT", "REPLY", "SKIP") + Array("SET", key, "v") + Array("GET", key)
            + Array("CLIENT", "REPLY", "OFF") + Array("SET", key, "w") + Array("GET", key)
            + Array("CLIENT", "REPLY", "ON") + Array("GET", key));

        Assert.Equal("$1\r\nv\r\n+OK\r\n$1\r\nw\r\n", replies);
    }

    [Fact]
    public void Quit_answers_behind_what_is_under_way()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        Assert.Equal("", client.Send(Array("GET", ring.KeyOf(ring[1])) + Array("QUIT")));
        Assert.Equal("$-1\r\n+OK\r\n", client.Talk(""));
    }

    [Fact]
    public void A_client_that_leaves_takes_its_pending_replies_with_it()
    {
        using var ring = new TestRing();
        string key = ring.KeyOf(ring[1]);
        RingClient client = ring[0].Connect();
        client.Send(Array("SET", key, "v") + Array("GET", key));
        client.Dispose();
        ring.Pump();
        using RingClient reader = ring[2].Connect();
        Assert.Equal("$1\r\nv\r\n", reader.Call("GET", key));
    }

    [Fact]
    public void No_more_commands_are_taken_than_may_be_under_way()
    {
        using var ring = new TestRing();
        using RingClient client = ring[0].Connect();
        string key = ring.KeyOf(ring[1]);
        string all = string.Concat(Enumerable.Range(0, 5000).Select(i => Array("SET", key, $"{i}")));

        Assert.Equal("", client.Send(all));
        Assert.True(client.Harness.Session.IsWaiting);
        Assert.Equal(string.Concat(Enumerable.Repeat("+OK\r\n", 5000)), client.Talk(""));
        Assert.Equal("$4\r\n4999\r\n", client.Call("GET", key));
    }

    [Fact]
    public void Only_clients_that_asked_for_the_map_are_told_to_move()
    {
        using var ring = new TestRing();
        using RingClient plain = ring[0].Connect();
        using RingClient aware = ring[0].Connect();
        string key = ring.KeyOf(ring[1]);
        string own = ring.KeyOf(ring[0]);
        int slot = Henge.Cluster.Slot.Of(System.Text.Encoding.ASCII.GetBytes(key)).Number;
        aware.Call("CLUSTER", "SLOTS");

        Assert.Equal("+OK\r\n", plain.Call("SET", key, "v"));
        Assert.Equal($"-MOVED {slot} 127.0.0.1:7401\r\n", aware.Call("GET", key));
        Assert.Equal($"-MOVED {slot} 127.0.0.1:7401\r\n", aware.Call("MGET", $"{{{key}}}1", $"{{{key}}}2"));
        Assert.Equal("$-1\r\n", aware.Call("GET", own));
        Assert.Equal("*2\r\n$1\r\nv\r\n$-1\r\n", aware.Call("MGET", key, own));
    }

    [Fact]
    public void Replicas_answer_reads_of_clients_that_ask_them_to()
    {
        using var ring = new TestRing(nodes: 3, copies: 2);
        string key = ring.KeyOf(ring[0]);
        TestNode replica = ring.ReplicaOf(key);
        using RingClient writer = ring[0].Connect();
        Assert.Equal("+OK\r\n", writer.Call("SET", key, "v"));
        using RingClient reader = replica.Connect();
        Assert.Equal("+OK\r\n", reader.Call("READONLY"));

        int before = ring.Delivered;
        Assert.Equal("$1\r\nv\r\n", reader.Send(Array("GET", key)));
        Assert.Equal(before, ring.Delivered);
        Assert.Equal("+OK\r\n", reader.Call("SET", key, "w"));
        Assert.Equal("$1\r\nw\r\n", writer.Call("GET", key));
    }

    [Fact]
    public void A_node_alone_computes_no_slot_and_waits_for_nobody()
    {
        using var ring = new TestRing(nodes: 1);
        using RingClient client = ring[0].Connect();
        Assert.Equal("+OK\r\n$1\r\nv\r\n", client.Send(Array("SET", "a", "v") + Array("GET", "a")));
        Assert.Equal(0, ring.Delivered);
    }
}

using System.Text;

using Henge.Cluster.Lanes;
using Henge.Protocol;
using Henge.Sessions.Pending;
using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Routing;

/// <summary>Whatever completes first, replies leave in the order of their commands, each once and whole.</summary>
public sealed class ReplyOrderTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60), Environment.TickCount];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Replies_leave_in_order_whatever_completes_first(int seed)
    {
        using var harness = new SessionHarness();
        ReplyQueue queue = harness.Session.Replies;
        var writer = new RespWriter();
        var random = new Random(seed);
        bool[] waits = [.. Enumerable.Range(0, random.Next(120)).Select(_ => random.Next(2) == 0)];
        var places = new List<(ReplyPlace Place, string Reply)>();
        var expected = new StringBuilder();
        for (int i = 0; i < waits.Length; i++)
        {
            string reply = $"{i}:{new string('x', random.Next(200))};";
            expected.Append(reply);
            if (waits[i])
            {
                places.Add((queue.Add(), reply));
            }
            else if (queue.IsEmpty)
            {
                writer.Raw(Encoding.ASCII.GetBytes(reply));
            }
            else
            {
                queue.AddReady(Encoding.ASCII.GetBytes(reply));
            }
            if (random.Next(3) == 0)
            {
                CompleteOne(places, random);
                queue.MoveReadyTo(writer);
            }
        }
        while (places.Count > 0)
        {
            CompleteOne(places, random);
            queue.MoveReadyTo(writer);
        }

        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(writer.Written));
        Assert.True(queue.IsEmpty);
        Assert.Equal(0, queue.Bytes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_pipeline_over_the_ring_answers_as_one_node_does(int seed)
    {
        var random = new Random(seed);
        using var ring = new TestRing(nodes: 3, copies: 1 + random.Next(3));
        using RingClient client = ring[random.Next(3)].Connect();
        using var alone = new SessionHarness { NowMs = ring.Now.UnixMs };
        var pipeline = new StringBuilder();
        for (int i = 0; i < 60; i++)
        {
            string key = $"k{random.Next(8)}";
            pipeline.Append(random.Next(7) switch
            {
                0 => SessionHarness.Array("SET", key, $"{i}"),
                1 => SessionHarness.Array("APPEND", key, "x"),
                2 => SessionHarness.Array("DEL", key, $"k{random.Next(8)}"),
                3 => SessionHarness.Array("MGET", key, $"k{random.Next(8)}", $"k{random.Next(8)}"),
                4 => SessionHarness.Array("PING"),
                5 => SessionHarness.Array("MSET", key, $"{i}", $"k{random.Next(8)}", "b"),
                _ => SessionHarness.Array("GET", key),
            });
        }
        string expected = alone.Receive(pipeline.ToString());
        string replies = client.Send(pipeline.ToString());
        while (ring.Step())
        {
            if (random.Next(4) == 0)
            {
                replies += client.Take();
            }
        }
        Assert.Equal(expected, replies + client.Talk(""));
    }

    private static void CompleteOne(List<(ReplyPlace Place, string Reply)> places, Random random)
    {
        if (places.Count == 0)
        {
            return;
        }
        int at = random.Next(places.Count);
        (ReplyPlace place, string reply) = places[at];
        places.RemoveAt(at);
        place.Complete(0, Outcome.Done, Encoding.ASCII.GetBytes(reply));
    }
}

using System.Text;

using Henge.Cluster.Messages;
using Henge.Protocol;
using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Routing;

/// <summary>A command on its way to its owner and back allocates nothing on either side.</summary>
public sealed class ForwardAllocationTests
{
    [Theory]
    [InlineData("GET", 1)]
    [InlineData("GET", 16)]
    [InlineData("SET", 1)]
    [InlineData("SET", 16)]
    public void A_forwarded_command_allocates_nothing(string name, int depth)
    {
        using var ring = new TestRing(nodes: 2);
        TestNode router = ring[0];
        TestNode owner = ring[1];
        string[] keys = [.. Enumerable.Range(0, depth).Select(i => ring.KeyOf(owner, nth: i))];
        using RingClient client = router.Connect();
        foreach (string key in keys)
        {
            Assert.Equal("+OK\r\n", client.Call("SET", key, new string('v', 100)));
        }
        byte[] input = Encoding.ASCII.GetBytes(string.Concat(keys.Select(key => name == "GET"
            ? SessionHarness.Array(name, key)
            : SessionHarness.Array(name, key, new string('w', 100)))));
        var asked = new MessageWriter();
        var answered = new MessageWriter();
        router.Lane.Captured = asked;
        owner.Lane.Captured = answered;
        var reply = new RespWriter();
        Run(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(depth * (name == "GET" ? 108 : 5), reply.Length);

        void Run(int times)
        {
            for (int i = 0; i < times; i++)
            {
                reply.Clear();
                client.Harness.Session.Consume(input, reply, ring.Now.UnixMs);
                var requests = new MessageReader(asked.Written);
                while (requests.Left > 0)
                {
                    owner.Lane.Lane.Receive(router.Self.Id, router.Index, requests.Bytes(), ring.Now);
                }
                var answers = new MessageReader(answered.Written);
                while (answers.Left > 0)
                {
                    router.Lane.Lane.ReceiveReply(owner.Self.Id, answers.Bytes(), ring.Now);
                }
                client.Harness.Session.Consume([], reply, ring.Now.UnixMs);
                asked.Clear();
                answered.Clear();
            }
        }
    }
}

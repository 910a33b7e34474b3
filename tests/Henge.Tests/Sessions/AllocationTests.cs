using System.Text;

using Henge.Protocol;
using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

/// <summary>The promise of the hot path: from received bytes to reply bytes, GET and SET allocate nothing.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(300)]
    public void Get_and_set_allocate_nothing(int depth)
    {
        Assert.Equal(0, Allocated(depth, static i => Array("SET", $"key:{i}", new string('v', 100))));
        Assert.Equal(0, Allocated(depth, static i => Array("GET", $"key:{i}")));
        Assert.Equal(0, Allocated(depth, static i => i % 2 == 0 ? Array("get", "none") : Array("set", "key", "w")));
        Assert.Equal(0, Allocated(depth, static i => Array("SET", $"key:{i}", "w", "EX", "100")));
    }

    [Fact]
    public void A_command_cut_in_two_allocates_nothing()
    {
        using var client = new SessionHarness();
        var reply = new RespWriter();
        byte[] whole = Encoding.ASCII.GetBytes(Array("SET", "key", new string('v', 500)));

        long allocated = Measured(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                ReadOnlySpan<byte> piece = whole.AsSpan(0, 1 + i % (whole.Length - 1));
                if (client.Session.Consume(piece, reply, client.NowMs) != 0
                    || client.Session.Consume(whole, reply, client.NowMs) != whole.Length)
                {
                    throw new InvalidOperationException("A command is consumed whole or not at all.");
                }
                reply.Clear();
            }
        });

        Assert.Equal(0, allocated);
    }

    private static long Allocated(int depth, Func<int, string> command)
    {
        using var client = new SessionHarness();
        var reply = new RespWriter();
        byte[] input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, depth).Select(command)));
        RespSession session = client.Session;

        return Measured(() =>
        {
            for (int i = 0; i < 20_000 / depth; i++)
            {
                if (session.Consume(input, reply, client.NowMs) != input.Length)
                {
                    throw new InvalidOperationException("Everything is complete.");
                }
                reply.Clear();
            }
        });
    }

    /// <summary>Bytes that the second run allocates; the first fills what is made once.</summary>
    private static long Measured(Action run)
    {
        run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

using System.Text;

using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Protocol;
using Henge.Routing;
using Henge.Routing.Operations;

using Xunit;

namespace Henge.Tests.Routing;

/// <summary>
/// Which requests of other nodes are carried out where they lie, and that they answer as all others do.
/// </summary>
public sealed class PlainReadTests
{
    private readonly ByteRangeList _words = new();
    private readonly CommandTable _commands = new();

    [Theory]
    [InlineData("GET key")]
    [InlineData("getrange key 0 3")]
    [InlineData("TTL key")]
    [InlineData("STRLEN key")]
    public void A_read_of_one_key_is_plain(string command)
    {
        byte[] request = Request(command);
        Assert.True(Parse(request, out Command? found));
        string[] words = command.Split(' ');
        Assert.Equal(words[0].ToUpperInvariant(), found!.Name);
        var arguments = new CommandArguments(request, _words.Slice(0, _words.Count));
        Assert.Equal(words.Length, arguments.Count);
        for (int i = 0; i < words.Length; i++)
        {
            Assert.Equal(words[i], Encoding.ASCII.GetString(arguments[i]));
        }
    }

    [Theory]
    [InlineData("SET key value")]
    [InlineData("GETDEL key")]
    [InlineData("GETEX key PERSIST")]
    [InlineData("INCR key")]
    [InlineData("MGET key")]
    [InlineData("EXISTS key other")]
    [InlineData("PING")]
    [InlineData("OBJECT ENCODING key")]
    [InlineData("GET")]
    [InlineData("GET key key")]
    [InlineData("NONESUCH key")]
    public void Anything_else_is_not(string command) => Assert.False(Parse(Request(command), out _));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(128)]
    public void Flags_that_say_more_make_it_none(byte flag) => Assert.False(Parse(Request("GET key", flag), out _));

    [Fact]
    public void Every_part_of_a_request_and_one_with_more_behind_it_is_none()
    {
        byte[] request = Request("GETRANGE key 0 3");
        for (int length = 0; length < request.Length; length++)
        {
            Assert.False(Parse(request.AsSpan(0, length), out _));
        }
        Assert.False(Parse([.. request, 0], out _));
    }

    [Fact]
    public void Lengths_that_lie_make_it_none()
    {
        byte[] request = Request("GET key");
        for (int at = 0; at < request.Length; at++)
        {
            byte was = request[at];
            request[at] = 0xff;
            // A letter of the key may be any byte; all else must be as it is.
            Assert.Equal(at >= request.Length - 3, Parse(request, out _));
            request[at] = was;
        }
    }

    [Fact]
    public void They_are_answered_as_their_owner_answers_its_own_clients()
    {
        using var ring = new TestRing(nodes: 2);
        string key = ring.KeyOf(ring[1]);
        using RingClient direct = ring[1].Connect();
        using RingClient routed = ring[0].Connect();
        string[][] commands =
        [
            ["GET", key], ["STRLEN", key], ["TTL", key], ["GETRANGE", key, "1", "2"], ["GETRANGE", key, "x", "2"],
            ["TYPE", key], ["EXISTS", key], ["PTTL", key],
        ];
        foreach (string value in new[] { "", "value" })
        {
            if (value.Length > 0)
            {
                Assert.Equal("+OK\r\n", routed.Call("SET", key, value));
            }
            foreach (string[] command in commands)
            {
                Assert.Equal(direct.Call(command), routed.Call(command));
            }
        }
    }

    private static byte[] Request(string command, byte flags = 0)
    {
        var writer = new MessageWriter();
        writer.Byte(flags);
        writer.UInt32(0);
        writer.UInt32(1);
        string[] words = command.Split(' ');
        writer.UInt32((uint)words.Length);
        foreach (string word in words)
        {
            writer.Bytes(Encoding.ASCII.GetBytes(word));
        }
        return writer.Written.ToArray();
    }

    private bool Parse(ReadOnlySpan<byte> request, out Command? command) =>
        PlainRead.TryParse(request, _commands, _words, out command, out CallManner _);
}

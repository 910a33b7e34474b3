using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

/// <summary>Conversations cut anywhere get the replies of the whole; FsCheck prints the seed of a failure.</summary>
public sealed class SessionProperties
{
    private static readonly string[] s_pieces =
    [
        Array("SET", "a", "1"), Array("GET", "a"), Array("INCR", "a"), Array("APPEND", "a", "\r\n"), Array("DEL", "a"),
        Array("MGET", "a", "b"), Array("MSET", "a", "1", "b", "2"), Array("HSET", "h", "f", "v"), Array("GET", "h"),
        Array("MULTI"), Array("EXEC"), Array("DISCARD"), Array("WATCH", "a"), Array("GET"), Array("NOSUCH", "x"),
        Array("CLIENT", "REPLY", "SKIP"), Array("CLIENT", "REPLY", "OFF"), Array("CLIENT", "REPLY", "ON"),
        Array("HELLO", "3"), Array("HELLO", "2"), Array("SUBSCRIBE", "c"), Array("UNSUBSCRIBE"), Array("RESET"),
        Array("PING"), "ping\r\n", "set a 'x y'\n", "get a\r\n", "\r\n", "*0\r\n", "*-1\r\n",
        Array("SET", "a", new string('v', 5000)),
    ];

    private static readonly string[] s_ends =
        ["", Array("QUIT"), "*x\r\n", "POST /\r\n", "*2\r\n$3\r\nGET\r\n", "\"\r\n"];

    [Fact]
    public void Any_cutting_of_a_conversation_gets_the_same_replies()
    {
        using var node = new NodeForProperties();
        Gen<(byte[] Bytes, int[] Cuts)> cases =
            from pieces in Gen.Elements(s_pieces).ListOf()
            from end in Gen.Elements(s_ends)
            let bytes = Encoding.Latin1.GetBytes(string.Concat(pieces) + end)
            from cuts in Gen.Choose(0, bytes.Length).ListOf()
            select (bytes, cuts.Order().ToArray());

        Prop.ForAll(cases.ToArbitrary(), c => node.Replies(c.Bytes, []) == node.Replies(c.Bytes, c.Cuts))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    /// <summary>One node for all conversations, emptied before each; HELLO names ids, so they are taken out.</summary>
    private sealed class NodeForProperties : IDisposable
    {
        private readonly HengeNode _node = new(SmallNode());

        public string Replies(byte[] bytes, int[] cuts)
        {
            _node.Store.Clear();
            using var client = new SessionHarness(_node);
            var replies = new StringBuilder();
            int from = 0;
            foreach (int cut in cuts.Append(bytes.Length))
            {
                replies.Append(client.Receive(bytes[from..cut]));
                from = cut;
            }
            _node.Clients.Remove(client.Session);
            return replies.Append(client.Session.Closing)
                .Replace($"$2\r\nid\r\n:{client.Session.Id}\r\n", "")
                .ToString();
        }

        public void Dispose() => _node.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}

using Henge.Cluster.Members;
using Henge.PubSub;
using Henge.Routing.Parts;
using Henge.Storage.Indexing;

namespace Henge.Routing;

/// <summary>
/// Publishing to subscribers on all nodes: only those are told that said they have some (<see cref="RingInterests"/>).
/// </summary>
internal static class RingPublishing
{
    /// <summary>PUBLISH channel message</summary>
    public static Route Publish(ref RoutedCall call) => Send(ref call, ChannelKind.Channel, "DELIVER"u8);

    /// <summary>SPUBLISH shardchannel message</summary>
    public static Route SPublish(ref RoutedCall call) => Send(ref call, ChannelKind.ShardChannel, "SDELIVER"u8);

    /// <summary>PUBSUB CHANNELS [pattern]</summary>
    public static Route Channels(ref RoutedCall call) => Names(ref call, "C"u8);

    /// <summary>PUBSUB SHARDCHANNELS [pattern]</summary>
    public static Route ShardChannels(ref RoutedCall call) => Names(ref call, "S"u8);

    /// <summary>PUBSUB NUMSUB [channel …]</summary>
    public static Route Subscribers(ref RoutedCall call) => Counts(ref call, "C"u8);

    /// <summary>PUBSUB SHARDNUMSUB [shardchannel …]</summary>
    public static Route ShardSubscribers(ref RoutedCall call) => Counts(ref call, "S"u8);

    /// <summary>PUBSUB NUMPAT: a pattern counts once for each node that has subscribers to it.</summary>
    public static Route Patterns(ref RoutedCall call)
    {
        call.Begin();
        RingScatter.StartAt(ref call, RingScatter.Alive(call), "PATTERNS"u8, [], RingScatter.Sum);
        return Route.UnderWay;
    }

    /// <summary>
    /// Everybody else who is interested gets it; who cannot be reached is left out, as a subscriber whose connection
    /// breaks would be.
    /// </summary>
    private static Route Send(ref RoutedCall call, ChannelKind kind, ReadOnlySpan<byte> name)
    {
        var members = new List<Member>();
        foreach (Member member in RingScatter.Alive(call))
        {
            if (member.Id == call.Snapshot.Self.Id || call.Node.Interests.Wants(member.Id, kind, call.Arguments[1]))
            {
                members.Add(member);
            }
        }
        if (members.Count <= 1)
        {
            return Route.Here;
        }
        byte[][] words = [call.Arguments[1].ToArray(), call.Arguments[2].ToArray()];
        call.Begin();
        RingScatter.StartAt(ref call, members, name, words, RingScatter.Sum, passesErrors: false);
        return Route.UnderWay;
    }

    private static Route Names(ref RoutedCall call, ReadOnlySpan<byte> kind)
    {
        if (call.Arguments.Count > 3)
        {
            return Route.Here;
        }
        byte[] pattern = call.Arguments.Count == 3 ? call.Arguments[2].ToArray() : "*"u8.ToArray();
        call.Begin();
        var comparer = new KeyComparer(call.Node.Store);
        List<Member> members = RingScatter.Alive(call);
        RingScatter.StartAt(ref call, members, "CHANNELS"u8, [kind.ToArray(), pattern], (parts, reply) =>
        {
            var names = new HashSet<byte[]>(comparer);
            for (int i = 0; i < parts.Count; i++)
            {
                int at = 0;
                for (long left = ReplyBytes.Header(parts.Reply(i), ref at); left > 0; left--)
                {
                    names.Add(ReplyBytes.Bulk(parts.Reply(i), ref at).ToArray());
                }
            }
            reply.Array(names.Count);
            foreach (byte[] name in names)
            {
                reply.Bulk(name);
            }
        });
        return Route.UnderWay;
    }

    private static Route Counts(ref RoutedCall call, ReadOnlySpan<byte> kind)
    {
        byte[][] asked = new byte[call.Arguments.Count - 1][];
        asked[0] = kind.ToArray();
        for (int i = 1; i < asked.Length; i++)
        {
            asked[i] = call.Arguments[i + 1].ToArray();
        }
        call.Begin();
        RingScatter.StartAt(ref call, RingScatter.Alive(call), "SUBSCRIBERS"u8, asked, (parts, reply) =>
        {
            int[] at = new int[parts.Count];
            for (int i = 0; i < at.Length; i++)
            {
                ReplyBytes.Header(parts.Reply(i), ref at[i]);
            }
            reply.Array(2 * (asked.Length - 1));
            for (int name = 1; name < asked.Length; name++)
            {
                long sum = 0;
                for (int i = 0; i < at.Length; i++)
                {
                    sum += ReplyBytes.Header(parts.Reply(i), ref at[i]);
                }
                reply.Bulk(asked[name]);
                reply.Integer(sum);
            }
        });
        return Route.UnderWay;
    }
}

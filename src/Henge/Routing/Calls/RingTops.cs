using System.Globalization;
using System.Text;

using Henge.Cluster.Lanes;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing.Operations;
using Henge.Routing.Parts;
using Henge.Storage.Tops;

namespace Henge.Routing.Calls;

/// <summary>The most read and written keys and the largest entries of the ring, asked of all that answer.</summary>
internal static class RingTops
{
    /// <summary>Asks all members that are alive.</summary>
    /// <param name="node">The node.</param>
    /// <param name="count">Most entries of each list that a member is to name.</param>
    /// <returns>What they named, not yet in order; how many were asked, and how many answered.</returns>
    public static async Task<(TopLists Lists, int Asked, int Answered)> CollectAsync(HengeNode node, int count)
    {
        var awaited = new AwaitedReply();
        node.Ring!.Lanes[0].Post(lane => Start(node, lane, count, awaited));
        RingReply reply = await awaited.Task.ConfigureAwait(false);
        var lists = new TopLists();
        int answered = 0;
        int at = 0;
        long asked = reply.Outcome == Outcome.Done ? ReplyBytes.Header(reply.Bytes, ref at) : 0;
        for (long left = asked; left > 0; left--)
        {
            byte[] part = ReplyBytes.Bulk(reply.Bytes, ref at).ToArray();
            if (part.Length > 0)
            {
                TopListsCodec.AddTo(lists, part);
                answered++;
            }
        }
        return (lists, (int)asked, answered);
    }

    private static void Start(HengeNode node, RingLane lane, int count, AwaitedReply awaited)
    {
        byte[] number = Encoding.ASCII.GetBytes(count.ToString(CultureInfo.InvariantCulture));
        var call = new RoutedCall
        {
            Node = node,
            Lane = lane,
            Command = node.PeerCommands.Find("TOPS"u8)!,
            IsOfPeers = true,
            Arguments = default,
            Manner = new CallManner(RespVersion.Resp2, LeavesRecencyAlone: true),
        };
        call.ReplyTo(awaited, 0);
        RingScatter.StartAt(
            ref call, RingScatter.Alive(call), "TOPS"u8, [number], Assemble, passesErrors: false);
    }

    /// <summary>What each has told, as a string; an empty one of who did not.</summary>
    private static void Assemble(Gathering parts, RespWriter reply)
    {
        reply.Array(parts.Count);
        for (int i = 0; i < parts.Count; i++)
        {
            bool isTold = parts.Outcome(i) == Outcome.Done && parts.Reply(i) is [(byte)'*', ..];
            reply.Bulk(isTold ? parts.Reply(i) : default);
        }
    }
}

using Henge.Cluster.Lanes;
using Henge.Commands;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing.Operations;

namespace Henge.Routing.Calls;

/// <summary>
/// Operations for those that have no lane of their own: HTTP, and what is embedded in an application.
/// </summary>
internal static class RingCalls
{
    private static int s_next;

    /// <summary>Has a command carried out as if a client had sent it to this node.</summary>
    public static Task<RingReply> CallAsync(HengeNode node, params byte[][] words)
    {
        var reply = new AwaitedReply();
        Lane(node).Post(lane => Start(node, lane, words, reply));
        return reply.Task;
    }

    /// <summary>
    /// Has an operation carried through, by the same lane for all on one slot, so that they are in the order of the
    /// calls.
    /// </summary>
    public static void Start(HengeNode node, Operation operation)
    {
        IReadOnlyList<RingLane> lanes = node.Ring!.Lanes;
        lanes[operation.SlotAt(0).Number % lanes.Count].Post(lane => lane.Lane.Start(operation, lane.Now));
    }

    /// <summary>Has an operation on a member carried through, by any lane.</summary>
    public static void StartAtMember(HengeNode node, Operation operation) =>
        Lane(node).Post(lane => lane.Lane.Start(operation, lane.Now));

    private static void Start(HengeNode node, RingLane lane, byte[][] words, AwaitedReply reply)
    {
        Command command = node.Commands.Find(words[0])!;
        var block = new CommandWords(node.Store);
        block.Begin(command);
        foreach (byte[] word in words)
        {
            block.Word(word);
        }
        block.End();
        var call = new RoutedCall
        {
            Node = node,
            Lane = lane,
            Command = command,
            Arguments = block.ArgumentsAt(0),
            Manner = new CallManner(RespVersion.Resp2, LeavesRecencyAlone: false),
        };
        call.ReplyTo(reply, 0);
        Route route = command.OverRing is { } overRing ? overRing(ref call) : Router.Send(ref call);
        if (route == Route.Here)
        {
            call.Refuse(Errors.Syntax);
        }
    }

    /// <summary>One lane after the other.</summary>
    private static RingLane Lane(HengeNode node)
    {
        IReadOnlyList<RingLane> lanes = node.Ring!.Lanes;
        return lanes[(int)((uint)Interlocked.Increment(ref s_next) % (uint)lanes.Count)];
    }
}

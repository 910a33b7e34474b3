using Henge.Cluster;
using Henge.Cluster.Rings;
using Henge.Commands;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing.Operations;
using Henge.Sessions;
using Henge.Sessions.Pending;

namespace Henge.Routing;

/// <summary>
/// Decides where the commands of sessions go, once there is more than one node: what this node serves is carried out by
/// the session as ever, what one other owns becomes one operation, and what concerns several is left to the command.
/// </summary>
internal static class Router
{
    /// <summary>Decides for one command, and starts what is not carried out here.</summary>
    /// <param name="session">Whose command it is.</param>
    /// <param name="lane">The lane of this thread.</param>
    /// <param name="command">The command.</param>
    /// <param name="arguments">Its words.</param>
    /// <param name="slot">The slot of its one key; null when it has several, or nobody has looked.</param>
    /// <param name="reply">Where a reply that is known at once goes.</param>
    /// <param name="local">Replies of this batch before it, which are ended when it goes elsewhere.</param>
    /// <param name="mark">Where its reply begins; moved when replies before it were taken out.</param>
    public static Route Decide(
        RespSession session,
        RingLane lane,
        Command command,
        in CommandArguments arguments,
        Slot? slot,
        RespWriter reply,
        ref LocalReplies local,
        ref int mark)
    {
        if (command.OverRing is null)
        {
            if (command.FirstKey == 0 || command.StaysHere || ServesHere(session, lane, command, arguments, slot))
            {
                return Route.Here;
            }
            if (MovedTo(session, lane, command, arguments, reply))
            {
                return Route.Replied;
            }
        }
        // What was written before must be on its way first: the operation may run here, and replies keep their order.
        local.Close();
        mark = reply.Length;
        var call = new RoutedCall
        {
            Session = session,
            Node = session.Node,
            Lane = lane,
            Command = command,
            Arguments = arguments,
            Slot = slot,
            Manner = new CallManner(session.Version, session.Client.LeavesRecencyAlone),
            Reply = reply,
        };
        Route route = command.OverRing is { } overRing ? overRing(ref call) : Send(ref call);
        if (route is Route.Replied or Route.UnderWay)
        {
            session.LastCommand = command;
        }
        return route;
    }

    /// <summary>
    /// Starts a command with keys: as one operation where they have one owner, else as the command says.
    /// </summary>
    public static Route Send(ref RoutedCall call)
    {
        if (!HasOneOwner(call))
        {
            return call.Command.AcrossOwners is { } across ? across(ref call) : call.Refuse(Errors.CrossSlot);
        }
        call.Begin();
        CommandOperation operation = call.PassingOperation();
        operation.Words.Add(call.Command, call.Arguments, call.Slot);
        call.Start(operation, call.Target, call.Part);
        return Route.UnderWay;
    }

    /// <summary>Starts a command anew whose keys have different owners by now. On the lane's thread.</summary>
    public static void Restart(
        HengeNode node, RingLane lane, CommandOperation operation, IReplyTarget target, int part)
    {
        var call = new RoutedCall
        {
            Node = node,
            Lane = lane,
            Command = operation.Words.CommandAt(0),
            Arguments = operation.Words.ArgumentsAt(0),
            Manner = operation.Manner,
            IsOfPeers = operation.IsOfPeers,
        };
        call.ReplyTo(target, part);
        Send(ref call);
    }

    /// <summary>
    /// Whether all keys of a command may be served here at once, as their owner or, after READONLY, as a replica.
    /// </summary>
    public static bool ServesHere(
        RespSession session,
        RingLane lane,
        Command command,
        in CommandArguments arguments,
        Slot? slot = null,
        bool mayReadReplicas = true)
    {
        bool readsReplicas = mayReadReplicas
            && session.Client.ReadsReplicas && (command.Flags & CommandFlags.ReadOnly) != 0;
        if (command.LastKey == command.FirstKey)
        {
            return ServesHere(lane, slot ?? Slot.Of(arguments[command.FirstKey]), readsReplicas);
        }
        var keys = KeyPositions.Of(command, arguments.Count);
        for (int i = keys.First; i <= keys.Last; i += keys.Step)
        {
            if (!ServesHere(lane, Slot.Of(arguments[i]), readsReplicas))
            {
                return false;
            }
        }
        return true;
    }

    private static bool ServesHere(RingLane lane, Slot slot, bool readsReplicas) =>
        lane.Lane.ServesDirectly(slot, lane.Now) || (readsReplicas && lane.Lane.Snapshot.Complete[slot.Number]);

    private static bool HasOneOwner(in RoutedCall call)
    {
        if (call.Slot is not null)
        {
            return true;
        }
        var keys = KeyPositions.Of(call.Command, call.Arguments.Count);
        if (keys.First + keys.Step > keys.Last)
        {
            return true;
        }
        Slot first = Slot.Of(call.Arguments[keys.First]);
        Cluster.Members.MemberId? owner = call.OwnerOf(first);
        for (int i = keys.First + keys.Step; i <= keys.Last; i += keys.Step)
        {
            Slot slot = Slot.Of(call.Arguments[i]);
            if (slot != first && call.OwnerOf(slot) != owner)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Answers MOVED to a client that knows the map, when all keys are of one slot and another member owns it; true
    /// then.
    /// </summary>
    private static bool MovedTo(
        RespSession session, RingLane lane, Command command, in CommandArguments arguments, RespWriter reply)
    {
        if (!session.Client.KnowsClusterMap)
        {
            return false;
        }
        ClusterSnapshot snapshot = lane.Lane.Snapshot;
        var keys = KeyPositions.Of(command, arguments.Count);
        Slot slot = Slot.Of(arguments[keys.First]);
        for (int i = keys.First + keys.Step; i <= keys.Last; i += keys.Step)
        {
            if (Slot.Of(arguments[i]) != slot)
            {
                return false;
            }
        }
        ReadOnlySpan<ushort> copies = snapshot.View.CopiesOf(slot);
        if (snapshot.Access[slot.Number] != SlotAccess.Remote || copies.IsEmpty)
        {
            return false;
        }
        int mark = reply.Length;
        reply.Error($"MOVED {slot.Number} {snapshot.View.Members[copies[0]].Address}");
        session.Node.Errors.Count(reply.Written[mark..]);
        return true;
    }
}

using System.Buffers.Binary;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Commands;
using Henge.Routing.Operations;
using Henge.Routing.Parts;
using Henge.Sessions;

namespace Henge.Routing;

/// <summary>
/// WATCH and EXEC over the ring. Each owner runs its part of a queue as one step, if the keys that it owns and that are
/// watched have not changed; the parts of several owners are not one step together. Where several have to agree that
/// nothing watched has changed, all are asked before any begins, and each looks again when it does.
/// </summary>
internal static class RingTransactions
{
    /// <summary>WATCH key [key …]: the owners say which versions their entries have.</summary>
    public static Route Watch(ref RoutedCall call)
    {
        RespSession session = call.Session!;
        if (session.Transaction.IsActive
            || Router.ServesHere(session, call.Lane, call.Command, call.Arguments, mayReadReplicas: false))
        {
            return Route.Here;
        }
        var saved = new SavedCall(ref call);
        var names = new CommandWords(call.Node.Store);
        Command versions = call.Node.PeerCommands.Find("VERSIONS"u8)!;
        names.Begin(versions);
        for (int i = 0; i < saved.Arguments.Count; i++)
        {
            names.Word(i == 0 ? "VERSIONS"u8 : saved.Arguments[i]);
        }
        names.End();
        var asked = new RoutedCall
        {
            Node = call.Node,
            Lane = call.Lane,
            Command = versions,
            Arguments = names.ArgumentsAt(0),
            Manner = call.Manner,
            IsOfPeers = true,
        };
        asked.ReplyTo(saved.Then(reply => Watch(saved, session, reply)), 0);
        return KeyScatter.InOrder(ref asked);
    }

    /// <summary>EXEC; a queue that this node serves alone is carried out here.</summary>
    public static Route Exec(ref RoutedCall call)
    {
        RespSession session = call.Session!;
        Transaction transaction = session.Transaction;
        if (!transaction.IsActive || transaction.IsBroken || StaysHere(call, session))
        {
            return Route.Here;
        }
        var plan = new TransactionPlan(ref call);
        for (int i = 0; i < transaction.Count; i++)
        {
            plan.Add(call, transaction.CommandAt(i), transaction.KeyHashAt(i), transaction.ArgumentsAt(i));
        }
        if (session.Watched is { } watched)
        {
            foreach (WatchedKey key in watched.Keys)
            {
                plan.Watch(call, key);
            }
        }
        transaction.End();
        session.Watched?.Clear();
        plan.Start();
        return Route.UnderWay;
    }

    /// <summary>The replies that the owner of a part has written, by command; null when it has not run.</summary>
    public static List<byte[]>? Parts(ReadOnlySpan<byte> reply)
    {
        if (reply is not [CommandRunner.Ran, ..])
        {
            return null;
        }
        reply = reply[1..];
        var parts = new List<byte[]>();
        while (reply.Length >= sizeof(int))
        {
            int length = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(reply), 0, reply.Length - sizeof(int));
            parts.Add(reply.Slice(sizeof(int), length).ToArray());
            reply = reply[(sizeof(int) + length)..];
        }
        return parts;
    }

    private static void Watch(SavedCall saved, RespSession session, byte[] reply)
    {
        var watched = session.Watched ??= new WatchList(session.Node.Store);
        int at = 0;
        ReplyBytes.Header(reply, ref at);
        for (int i = 1; i < saved.Arguments.Count; i++)
        {
            long version = ReplyBytes.Header(reply, ref at);
            if (session.Closing == SessionClosing.AtOnce || !watched.TryAdd(saved.Arguments[i], (ulong)version))
            {
                saved.Fail("ERR the watched keys of this connection exceed their memory limit"u8);
                return;
            }
        }
        saved.Finish(Outcome.Done, "+OK\r\n"u8);
    }

    /// <summary>
    /// Whether this node serves all keys that the queue and WATCH name, and nothing goes over the ring.
    /// </summary>
    private static bool StaysHere(in RoutedCall call, RespSession session)
    {
        Transaction transaction = session.Transaction;
        for (int i = 0; i < transaction.Count; i++)
        {
            Command command = transaction.CommandAt(i);
            bool isHere = command.OverRing is null && (command.FirstKey == 0 || command.StaysHere
                || Router.ServesHere(session, call.Lane, command, transaction.ArgumentsAt(i), mayReadReplicas: false));
            if (!isHere)
            {
                return false;
            }
        }
        foreach (WatchedKey key in session.Watched?.Keys ?? [])
        {
            if (!call.Lane.Lane.ServesDirectly(Slot.Of(key.Key), call.Lane.Now))
            {
                return false;
            }
        }
        return true;
    }
}

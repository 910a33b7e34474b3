using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Routing.Operations;
using Henge.Sessions.Pending;

namespace Henge.Routing.Parts;

/// <summary>Asks every member that holds a part of the ring the same, and makes one reply of their replies.</summary>
internal static class RingScatter
{
    /// <summary>Asks all members of the view.</summary>
    public static Route Start(ref RoutedCall call, ReadOnlySpan<byte> name, byte[][] words, Assembler assemble)
    {
        call.Begin();
        StartAt(ref call, call.Snapshot.View.Members, name, words, assemble);
        return Route.UnderWay;
    }

    /// <summary>Asks some members; the call is begun.</summary>
    public static void StartAt(
        ref RoutedCall call,
        IReadOnlyList<Member> members,
        ReadOnlySpan<byte> name,
        byte[][] words,
        Assembler assemble,
        bool passesErrors = true)
    {
        if (members.Count == 0)
        {
            call.Target.Complete(call.Part, Cluster.Lanes.Outcome.NotDone, default);
            return;
        }
        var gathering = new Gathering(call, members.Count, assemble) { PassesErrors = passesErrors };
        // Looked up and written before the first is started: nothing of the call may be needed once they are under way.
        var operations = new CommandOperation[members.Count];
        for (int i = 0; i < operations.Length; i++)
        {
            operations[i] = Ask(call, members[i].Id, name, words);
        }
        for (int i = 0; i < operations.Length; i++)
        {
            call.Start(operations[i], gathering, i);
        }
    }

    /// <summary>Asks one member and passes its reply on.</summary>
    public static void StartAt(
        ref RoutedCall call, MemberId member, ReadOnlySpan<byte> name, byte[][] words, IReplyTarget target, int part) =>
        call.Start(Ask(call, member, name, words), target, part);

    /// <summary>Every member that answers, those without slots included: they may have subscribers.</summary>
    public static List<Member> Alive(in RoutedCall call)
    {
        var members = new List<Member>();
        foreach (Member member in call.Snapshot.Members.Values)
        {
            if (member.State == MemberState.Alive)
            {
                members.Add(member);
            }
        }
        return members;
    }

    /// <summary>Adds the numbers that the members reply.</summary>
    public static void Sum(Gathering parts, Protocol.RespWriter reply)
    {
        long sum = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            sum += ReplyBytes.Number(parts.Reply(i));
        }
        reply.Integer(sum);
    }

    private static CommandOperation Ask(
        in RoutedCall call, MemberId member, ReadOnlySpan<byte> name, byte[][] words)
    {
        Command command = call.Node.PeerCommands.Find(name)!;
        var operation = new CommandOperation(call.Node, call.Lane, call.Manner) { Target = member, IsOfPeers = true };
        operation.Words.Begin(command);
        operation.Words.Word(name);
        foreach (byte[] word in words)
        {
            operation.Words.Word(word);
        }
        operation.Words.End();
        return operation;
    }
}

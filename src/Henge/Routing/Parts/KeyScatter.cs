using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Routing.Operations;

namespace Henge.Routing.Parts;

/// <summary>
/// Commands that do to each of their keys what they would do to it alone: each owner gets the words of its keys. Each
/// owner's part is one step, the whole is not.
/// </summary>
internal static class KeyScatter
{
    /// <summary>Adds the parts' numbers (DEL, EXISTS, TOUCH).</summary>
    public static Route Sum(ref RoutedCall call) => Start(ref call, static _ => static (parts, reply) =>
    {
        long sum = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            sum += ReplyBytes.Number(parts.Reply(i));
        }
        reply.Integer(sum);
    });

    /// <summary>OK when all parts are (MSET).</summary>
    public static Route Ok(ref RoutedCall call)
    {
        // Pairs that are not whole must not be cut up.
        return (call.Arguments.Count - call.Command.FirstKey) % call.Command.KeyStep != 0
            ? Route.Here
            : Start(ref call, static _ => static (_, reply) => reply.Ok());
    }

    /// <summary>The elements of the parts' arrays in the order of the keys (MGET).</summary>
    public static Route InOrder(ref RoutedCall call) => Start(ref call, static partOf => (parts, reply) =>
    {
        int[] at = new int[parts.Count];
        for (int i = 0; i < at.Length; i++)
        {
            ReplyBytes.Header(parts.Reply(i), ref at[i]);
        }
        reply.Array(partOf.Length);
        foreach (int part in partOf)
        {
            reply.Raw(ReplyBytes.Element(parts.Reply(part), ref at[part]));
        }
    });

    /// <summary>Cuts a call up by the owners of its keys.</summary>
    /// <param name="call">The call.</param>
    /// <param name="assembler">Makes the assembler, given for each key the part that it went to.</param>
    private static Route Start(ref RoutedCall call, Func<int[], Assembler> assembler)
    {
        CommandArguments words = call.Arguments;
        Command command = call.Command;
        var keys = KeyPositions.Of(command, words.Count);
        int[] partOf = new int[(keys.Last - keys.First) / keys.Step + 1];
        var owners = new List<MemberId?>();
        var operations = new List<CommandOperation>();
        for (int i = 0; i < partOf.Length; i++)
        {
            int at = keys.First + i * keys.Step;
            MemberId? owner = call.OwnerOf(Slot.Of(words[at]));
            int part = owners.IndexOf(owner);
            if (part < 0)
            {
                part = owners.Count;
                owners.Add(owner);
                operations.Add(call.Operation());
                operations[part].Words.Begin(command);
                for (int head = 0; head < keys.First; head++)
                {
                    operations[part].Words.Word(words[head]);
                }
            }
            partOf[i] = part;
            for (int word = at; word < at + keys.Step && word < words.Count; word++)
            {
                operations[part].Words.Word(words[word]);
            }
        }
        call.Begin();
        var gathering = new Gathering(call, operations.Count, assembler(partOf));
        for (int part = 0; part < operations.Count; part++)
        {
            operations[part].Words.End();
            call.Start(operations[part], gathering, part);
        }
        return Route.UnderWay;
    }
}

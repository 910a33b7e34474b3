using Henge.Protocol;
using Henge.Routing;
using Henge.Routing.Parts;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Commands.Strings;

/// <summary>Strings under many keys at once.</summary>
internal static class ManyKeysCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "MGET", Arity = -2, Handler = MGet, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            AcrossOwners = KeyScatter.InOrder,
            FirstKey = 1, LastKey = -1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Atomically returns the string values of one or more keys.",
        },
        new()
        {
            Name = "MSET", Arity = -3, Handler = MSet, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            AcrossOwners = KeyScatter.Ok, OverwriteWords = int.MaxValue,
            FirstKey = 1, LastKey = -1, KeyStep = 2, Group = "string", Since = "1.0.1",
            Summary = "Atomically creates or modifies the string values of one or more keys.",
        },
        new()
        {
            Name = "MSETNX", Arity = -3, Handler = MSetNx, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            AcrossOwners = OwnerTransfers.MSetNx,
            FirstKey = 1, LastKey = -1, KeyStep = 2, Group = "string", Since = "1.0.1",
            Summary = "Atomically modifies the string values of one or more keys only when all keys don't exist.",
        },
    ];

    /// <summary>MGET key [key ...]</summary>
    public static void MGet(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        int before = reply.Length;
        using ShardsScope locked = KeyLocks.Take(in context, first: 1, step: 1);
        reply.Array(words.Count - 1);
        for (int i = 1; i < words.Count; i++)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            if (!scope.Read(context.CountsAsUse) || scope.Type != EntryType.String)
            {
                reply.Null();
                continue;
            }
            if (ReplyBudget.IsExceeded(in context, before, scope.Value.Length))
            {
                return;
            }
            reply.Bulk(scope.Value);
        }
    }

    /// <summary>MSET key value [key value ...]</summary>
    public static void MSet(ref CommandContext context)
    {
        if (context.Arguments.Count % 2 == 0)
        {
            Errors.WrongArity(context.Reply, context.Command);
            return;
        }
        using ShardsScope locked = KeyLocks.Take(in context, first: 1, step: 2);
        if (TrySetAll(ref context))
        {
            context.Reply.Ok();
        }
    }

    /// <summary>MSETNX key value [key value ...]</summary>
    public static void MSetNx(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count % 2 == 0)
        {
            Errors.WrongArity(context.Reply, context.Command);
            return;
        }
        using ShardsScope locked = KeyLocks.Take(in context, first: 1, step: 2);
        for (int i = 1; i < words.Count; i += 2)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            if (scope.Found)
            {
                context.Reply.Integer(0);
                return;
            }
        }
        if (TrySetAll(ref context))
        {
            context.Reply.Integer(1);
        }
    }

    /// <summary>
    /// Sets every pair, with the shards locked. Lengths are checked before the first write; only memory that runs out
    /// in the middle leaves the pairs before it set, and then the reply is that error.
    /// </summary>
    private static bool TrySetAll(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        for (int i = 1; i < words.Count; i += 2)
        {
            if (words[i].Length > StoreOptions.MaxKeyBytes || words[i + 1].Length > context.Store.MaxValueBytes)
            {
                Errors.Refused(context.Reply, WriteResult.TooLarge, words[i]);
                return false;
            }
        }
        for (int i = 1; i < words.Count; i += 2)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            WriteResult result = scope.Set(EntryType.String, words[i + 1], expiresAtMs: 0);
            if (result != WriteResult.Ok)
            {
                Errors.Refused(context.Reply, result, words[i]);
                return false;
            }
        }
        return true;
    }
}

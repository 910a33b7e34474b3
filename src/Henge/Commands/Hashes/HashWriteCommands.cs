using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Hashes;

/// <summary>Setting and deleting fields of hashes.</summary>
internal static class HashWriteCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "HSET", Arity = -4, Handler = HSet, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.0.0",
            Summary = "Creates or modifies the value of a field in a hash.",
        },
        new()
        {
            Name = "HMSET", Arity = -4, Handler = HMSet, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.0.0",
            Summary = "Sets the values of multiple fields.",
        },
        new()
        {
            Name = "HSETNX", Arity = 4, Handler = HSetNx, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.0.0",
            Summary = "Sets the value of a field in a hash only when the field doesn't exist.",
        },
        new()
        {
            Name = "HDEL", Arity = -3, Handler = HDel, Flags = CommandFlags.Write | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.0.0",
            Summary = "Deletes one or more fields and their values from a hash. Deletes the hash if no fields remain.",
        },
    ];

    /// <summary>HSET key field value [field value ...]</summary>
    public static void HSet(ref CommandContext context)
    {
        if (TrySetAll(ref context, out int added))
        {
            context.Reply.Integer(added);
        }
    }

    /// <summary>HMSET key field value [field value ...]</summary>
    public static void HMSet(ref CommandContext context)
    {
        if (TrySetAll(ref context, out _))
        {
            context.Reply.Ok();
        }
    }

    /// <summary>HSETNX key field value</summary>
    public static void HSetNx(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        EntryScope scope = context.OpenKey();
        try
        {
            if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
            {
                return;
            }
            if (HashValue.TryGet(scope.Value, words[2], out _))
            {
                reply.Integer(0);
                return;
            }
            WriteResult result = HashWriter.Set(ref scope, words[2], words[3], out _);
            if (result != WriteResult.Ok)
            {
                Errors.Refused(reply, result, words[1]);
                return;
            }
            reply.Integer(1);
        }
        finally
        {
            scope.Dispose();
        }
    }

    /// <summary>HDEL key field [field ...]</summary>
    public static void HDel(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        EntryScope scope = context.OpenKey();
        try
        {
            if (Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
            {
                return;
            }
            int deleted = 0;
            for (int i = 2; i < words.Count && scope.Found; i++)
            {
                deleted += HashWriter.Delete(ref scope, words[i]) ? 1 : 0;
            }
            if (deleted > 0)
            {
                HashWriter.Trim(ref scope);
            }
            context.Reply.Integer(deleted);
        }
        finally
        {
            scope.Dispose();
        }
    }

    /// <summary>
    /// Sets all pairs. When the store refuses one, those before it stay set and the reply is the error.
    /// </summary>
    private static bool TrySetAll(ref CommandContext context, out int added)
    {
        CommandArguments words = context.Arguments;
        added = 0;
        if (words.Count % 2 != 0)
        {
            Errors.WrongArity(context.Reply, context.Command);
            return false;
        }
        EntryScope scope = context.OpenKey();
        try
        {
            if (Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
            {
                return false;
            }
            var result = WriteResult.Ok;
            if (words.Count > 4)
            {
                result = Reserve(ref scope, in words);
            }
            for (int i = 2; i < words.Count && result == WriteResult.Ok; i += 2)
            {
                result = HashWriter.Set(ref scope, words[i], words[i + 1], out bool isNew);
                added += isNew ? 1 : 0;
            }
            HashWriter.Trim(ref scope);
            if (result != WriteResult.Ok)
            {
                Errors.Refused(context.Reply, result, words[1]);
            }
            return result == WriteResult.Ok;
        }
        finally
        {
            scope.Dispose();
        }
    }

    private static WriteResult Reserve(ref EntryScope scope, in CommandArguments words)
    {
        long bytes = 0;
        for (int i = 2; i < words.Count; i += 2)
        {
            bytes += HashRecord.Size(words[i], words[i + 1]);
        }
        return HashWriter.Reserve(ref scope, (words.Count - 2) / 2, bytes);
    }
}

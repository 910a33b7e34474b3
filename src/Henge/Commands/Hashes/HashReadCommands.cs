using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Hashes;

/// <summary>Reads of hashes.</summary>
internal static class HashReadCommands
{
    /// <summary>Most bytes of framing around one bulk string: type, ten digits and two line ends.</summary>
    private const int BulkFraming = 15;

    private const CommandFlags Reads = CommandFlags.ReadOnly;
    private const CommandFlags FastReads = CommandFlags.ReadOnly | CommandFlags.Fast;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        Row("HGET", 3, HGet, FastReads, "2.0.0", "Returns the value of a field in a hash."),
        Row("HMGET", -3, HMGet, FastReads, "2.0.0", "Returns the values of all fields in a hash."),
        Row("HGETALL", 2, HGetAll, Reads, "2.0.0", "Returns all fields and values in a hash."),
        Row("HKEYS", 2, HKeys, Reads, "2.0.0", "Returns all fields in a hash."),
        Row("HVALS", 2, HVals, Reads, "2.0.0", "Returns all values in a hash."),
        Row("HLEN", 2, HLen, FastReads, "2.0.0", "Returns the number of fields in a hash."),
        Row("HEXISTS", 3, HExists, FastReads, "2.0.0", "Determines whether a field exists in a hash."),
        Row("HSTRLEN", 3, HStrLen, FastReads, "3.2.0", "Returns the length of the value of a field."),
    ];

    /// <summary>HGET key field</summary>
    public static void HGet(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
        {
            return;
        }
        if (HashValue.TryGet(scope.Value, context.Arguments[2], out ReadOnlySpan<byte> value))
        {
            context.Reply.Bulk(value);
        }
        else
        {
            context.Reply.Null();
        }
    }

    /// <summary>HMGET key field [field ...]</summary>
    public static void HMGet(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
        {
            return;
        }
        int before = reply.Length;
        reply.Array(words.Count - 2);
        for (int i = 2; i < words.Count; i++)
        {
            if (!HashValue.TryGet(scope.Value, words[i], out ReadOnlySpan<byte> value))
            {
                reply.Null();
                continue;
            }
            if (ReplyBudget.IsExceeded(in context, before, value.Length))
            {
                return;
            }
            reply.Bulk(value);
        }
    }

    /// <summary>HGETALL key</summary>
    public static void HGetAll(ref CommandContext context) => ReplyAll(ref context, fields: true, values: true);

    /// <summary>HKEYS key</summary>
    public static void HKeys(ref CommandContext context) => ReplyAll(ref context, fields: true, values: false);

    /// <summary>HVALS key</summary>
    public static void HVals(ref CommandContext context) => ReplyAll(ref context, fields: false, values: true);

    /// <summary>HLEN key</summary>
    public static void HLen(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (!Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
        {
            context.Reply.Integer(HashValue.Count(scope.Value));
        }
    }

    /// <summary>HEXISTS key field</summary>
    public static void HExists(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (!Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
        {
            context.Reply.Integer(HashValue.TryGet(scope.Value, context.Arguments[2], out _) ? 1 : 0);
        }
    }

    /// <summary>HSTRLEN key field</summary>
    public static void HStrLen(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (!Errors.IsWrongType(context.Reply, in scope, EntryType.Hash))
        {
            HashValue.TryGet(scope.Value, context.Arguments[2], out ReadOnlySpan<byte> value);
            context.Reply.Integer(value.Length);
        }
    }

    private static Command Row(
        string name, int arity, CommandHandler handler, CommandFlags flags, string since, string summary) =>
        new()
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = flags,
            FirstKey = 1,
            LastKey = 1,
            KeyStep = 1,
            Group = "hash",
            Since = since,
            Summary = summary,
        };

    private static void ReplyAll(ref CommandContext context, bool fields, bool values)
    {
        RespWriter reply = context.Reply;
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
        {
            return;
        }
        int count = HashValue.Count(scope.Value);
        if (ReplyBudget.IsExceeded(in context, reply.Length, scope.Value.Length + 2L * BulkFraming * count))
        {
            return;
        }
        if (fields && values)
        {
            reply.Map(count);
        }
        else
        {
            reply.Array(count);
        }
        foreach (HashRecord record in HashValue.All(scope.Value))
        {
            if (fields)
            {
                reply.Bulk(record.Field);
            }
            if (values)
            {
                reply.Bulk(record.Value);
            }
        }
    }
}

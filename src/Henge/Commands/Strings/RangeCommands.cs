using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Strings;

/// <summary>Parts of strings: reading, overwriting and adding.</summary>
internal static class RangeCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "APPEND", Arity = 3, Handler = Append,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.0.0",
            Summary = "Appends a string to the value of a key. Creates the key if it doesn't exist.",
        },
        new()
        {
            Name = "GETRANGE", Arity = 4, Handler = GetRange, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.4.0",
            Summary = "Returns a substring of the string stored at a key.",
        },
        new()
        {
            Name = "SUBSTR", Arity = 4, Handler = GetRange, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Returns a substring from a string value.",
        },
        new()
        {
            Name = "SETRANGE", Arity = 4, Handler = SetRange, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.2.0",
            Summary = "Overwrites a part of a string value with another by an offset. Creates the key if it doesn't "
                + "exist.",
        },
    ];

    /// <summary>APPEND key value</summary>
    public static void Append(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            return;
        }
        ReadOnlySpan<byte> added = context.Arguments[2];
        int before = scope.Value.Length;
        long length = (long)before + added.Length;
        if (length > context.Store.MaxValueBytes)
        {
            context.Reply.Error(Errors.TooLong);
            return;
        }
        WriteResult result = scope.Resize(EntryType.String, (int)length, out Span<byte> value);
        if (result != WriteResult.Ok)
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
            return;
        }
        added.CopyTo(value[before..]);
        context.Reply.Integer(length);
    }

    /// <summary>GETRANGE key start end</summary>
    public static void GetRange(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!Numbers.TryParse(context.Arguments[2], out long start)
            || !Numbers.TryParse(context.Arguments[3], out long end))
        {
            reply.Error(Errors.NotInteger);
            return;
        }
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (Errors.IsWrongType(reply, in scope, EntryType.String))
        {
            return;
        }
        ReadOnlySpan<byte> value = scope.Value;
        reply.Bulk(
            Ranges.TryResolve(ref start, ref end, value.Length)
                ? value.Slice((int)start, (int)(end - start) + 1)
                : default);
    }

    /// <summary>SETRANGE key offset value</summary>
    public static void SetRange(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        ReadOnlySpan<byte> part = context.Arguments[3];
        if (!Numbers.TryParse(context.Arguments[2], out long offset))
        {
            reply.Error(Errors.NotInteger);
            return;
        }
        if (offset < 0)
        {
            reply.Error(Errors.OffsetOutOfRange);
            return;
        }
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(reply, in scope, EntryType.String))
        {
            return;
        }
        int length = scope.Value.Length;
        if (part.Length == 0)
        {
            reply.Integer(length);
            return;
        }
        if (offset > context.Store.MaxValueBytes - part.Length)
        {
            reply.Error(Errors.TooLong);
            return;
        }
        WriteResult result = scope.Resize(
            EntryType.String, Math.Max(length, (int)offset + part.Length), out Span<byte> value);
        if (result != WriteResult.Ok)
        {
            Errors.Refused(reply, result, context.Arguments[1]);
            return;
        }
        part.CopyTo(value[(int)offset..]);
        reply.Integer(value.Length);
    }
}

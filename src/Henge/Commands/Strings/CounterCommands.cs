using System.Text;

using Henge.Commands.Arguments;
using Henge.Entries;
using Henge.Entries.Counters;
using Henge.Storage;

namespace Henge.Commands.Strings;

/// <summary>Strings that hold numbers.</summary>
internal static class CounterCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "INCR", Arity = 2, Handler = Incr, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
        },
        new()
        {
            Name = "DECR", Arity = 2, Handler = Decr, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
        },
        new()
        {
            Name = "INCRBY", Arity = 3, Handler = IncrBy, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Increments the integer value of a key by a number.",
        },
        new()
        {
            Name = "DECRBY", Arity = 3, Handler = DecrBy, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Decrements a number from the integer value of a key.",
        },
        new()
        {
            Name = "INCRBYFLOAT", Arity = 3, Handler = IncrByFloat, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.6.0",
            Summary = "Increment the floating point value of a key by a number.",
        },
    ];

    /// <summary>INCR key</summary>
    public static void Incr(ref CommandContext context) => Add(ref context, 1);

    /// <summary>DECR key</summary>
    public static void Decr(ref CommandContext context) => Add(ref context, -1);

    /// <summary>INCRBY key increment</summary>
    public static void IncrBy(ref CommandContext context)
    {
        if (Numbers.TryParse(context.Arguments[2], out long increment))
        {
            Add(ref context, increment);
        }
        else
        {
            context.Reply.Error(Errors.NotInteger);
        }
    }

    /// <summary>DECRBY key decrement</summary>
    public static void DecrBy(ref CommandContext context)
    {
        if (!Numbers.TryParse(context.Arguments[2], out long decrement))
        {
            context.Reply.Error(Errors.NotInteger);
        }
        else if (decrement == long.MinValue)
        {
            context.Reply.Error(Errors.DecrementOverflow);
        }
        else
        {
            Add(ref context, -decrement);
        }
    }

    /// <summary>INCRBYFLOAT key increment</summary>
    public static void IncrByFloat(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            return;
        }
        ExtendedFloat value = default;
        if ((scope.Found && !ExtendedFloat.TryParse(scope.Value, out value))
            || !ExtendedFloat.TryParse(context.Arguments[2], out ExtendedFloat increment))
        {
            context.Reply.Error(Errors.NotFloat);
            return;
        }
        value = ExtendedFloat.Add(in value, in increment);
        if (value.IsInfinite)
        {
            context.Reply.Error(Errors.IncrementNaN);
            return;
        }
        byte[] digits = Encoding.ASCII.GetBytes(value.ToString());
        WriteResult result = scope.Resize(EntryType.String, digits.Length, out Span<byte> to);
        if (result != WriteResult.Ok)
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
            return;
        }
        digits.CopyTo(to);
        context.Reply.Bulk(digits);
    }

    private static void Add(ref CommandContext context, long increment)
    {
        using EntryScope scope = context.OpenKey();
        EntryStatus status = Counter.Change(
            in scope, new CounterChange(increment), expiresAtMs: 0, attributes: default, out long sum);
        switch (status)
        {
            case EntryStatus.Done:
                context.Reply.Integer(sum);
                break;
            case EntryStatus.WrongType:
                context.Reply.Error(Errors.WrongType);
                break;
            case EntryStatus.NotANumber:
                context.Reply.Error(Errors.NotInteger);
                break;
            case EntryStatus.Overflow:
                context.Reply.Error(Errors.IncrementOverflow);
                break;
            default:
                Errors.Refused(
                    context.Reply,
                    status == EntryStatus.TooLong ? WriteResult.TooLarge : WriteResult.OutOfMemory,
                    context.Arguments[1]);
                break;
        }
    }
}

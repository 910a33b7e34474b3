using System.Buffers.Text;
using System.Text;

using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Hashes;

/// <summary>Fields of hashes that hold numbers.</summary>
internal static class HashCounterCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "HINCRBY", Arity = 4, Handler = HIncrBy, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.0.0",
            Summary = "Increments the integer value of a field in a hash by a number. Uses 0 as initial value if the "
                + "field doesn't exist.",
        },
        new()
        {
            Name = "HINCRBYFLOAT", Arity = 4, Handler = HIncrByFloat, Flags = Writes,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.6.0",
            Summary = "Increments the floating point value of a field by a number. Uses 0 as initial value if the "
                + "field doesn't exist.",
        },
    ];

    /// <summary>HINCRBY key field increment</summary>
    public static void HIncrBy(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!Numbers.TryParse(context.Arguments[3], out long increment))
        {
            reply.Error(Errors.NotInteger);
            return;
        }
        EntryScope scope = context.OpenKey();
        try
        {
            if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
            {
                return;
            }
            long value = 0;
            if (HashValue.TryGet(scope.Value, context.Arguments[2], out ReadOnlySpan<byte> old)
                && !Numbers.TryParse(old, out value))
            {
                reply.Error(Errors.HashNotInteger);
                return;
            }
            long sum = unchecked(value + increment);
            if (((value ^ sum) & (increment ^ sum)) < 0)
            {
                reply.Error(Errors.IncrementOverflow);
                return;
            }
            Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
            Utf8Formatter.TryFormat(sum, digits, out int length);
            if (TrySet(ref context, ref scope, digits[..length]))
            {
                reply.Integer(sum);
            }
        }
        finally
        {
            scope.Dispose();
        }
    }

    /// <summary>HINCRBYFLOAT key field increment</summary>
    public static void HIncrByFloat(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!ExtendedFloat.TryParse(context.Arguments[3], out ExtendedFloat increment))
        {
            reply.Error(Errors.NotFloat);
            return;
        }
        if (increment.IsInfinite)
        {
            reply.Error("ERR value is NaN or Infinity"u8);
            return;
        }
        EntryScope scope = context.OpenKey();
        try
        {
            if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
            {
                return;
            }
            ExtendedFloat value = default;
            if (HashValue.TryGet(scope.Value, context.Arguments[2], out ReadOnlySpan<byte> old)
                && !ExtendedFloat.TryParse(old, out value))
            {
                reply.Error(Errors.HashNotFloat);
                return;
            }
            value = ExtendedFloat.Add(in value, in increment);
            if (value.IsInfinite)
            {
                reply.Error(Errors.IncrementNaN);
                return;
            }
            byte[] digits = Encoding.ASCII.GetBytes(value.ToString());
            if (TrySet(ref context, ref scope, digits))
            {
                reply.Bulk(digits);
            }
        }
        finally
        {
            scope.Dispose();
        }
    }

    private static bool TrySet(ref CommandContext context, ref EntryScope scope, scoped ReadOnlySpan<byte> value)
    {
        WriteResult result = HashWriter.Set(ref scope, context.Arguments[2], value, out _);
        HashWriter.Trim(ref scope);
        if (result != WriteResult.Ok)
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
        }
        return result == WriteResult.Ok;
    }
}

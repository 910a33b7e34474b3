using System.Buffers.Binary;
using System.Numerics;
using System.Text;

using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Bits;

/// <summary>Strings as rows of bits; bit 0 is the highest of the first byte.</summary>
internal static class BitCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "SETBIT", Arity = 4, Handler = SetBit, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "bitmap", Since = "2.2.0",
            Summary = "Sets or clears the bit at offset of the string value. Creates the key if it doesn't exist.",
        },
        new()
        {
            Name = "GETBIT", Arity = 3, Handler = GetBit, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "bitmap", Since = "2.2.0",
            Summary = "Returns a bit value by offset.",
        },
        new()
        {
            Name = "BITCOUNT", Arity = -2, Handler = BitCount, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "bitmap", Since = "2.6.0",
            Summary = "Counts the number of set bits (population counting) in a string.",
        },
    ];

    /// <summary>SETBIT key offset value</summary>
    public static void SetBit(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!TryReadOffset(in context, out int at, out int mask))
        {
            return;
        }
        if (context.Arguments[3] is not [(byte)'0' or (byte)'1'])
        {
            reply.Error(Errors.Bit);
            return;
        }
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(reply, in scope, EntryType.String))
        {
            return;
        }
        bool grows = at >= scope.Value.Length;
        Span<byte> value = scope.WritableValue;
        if (grows)
        {
            WriteResult result = scope.Resize(EntryType.String, at + 1, out value);
            if (result != WriteResult.Ok)
            {
                Errors.Refused(reply, result, context.Arguments[1]);
                return;
            }
        }
        bool before = (value[at] & mask) != 0;
        value[at] = (byte)(context.Arguments[3][0] == '1' ? value[at] | mask : value[at] & ~mask);
        if (!grows)
        {
            scope.Modified();
        }
        reply.Integer(before ? 1 : 0);
    }

    /// <summary>GETBIT key offset</summary>
    public static void GetBit(ref CommandContext context)
    {
        if (!TryReadOffset(in context, out int at, out int mask))
        {
            return;
        }
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (!Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            ReadOnlySpan<byte> value = scope.Value;
            context.Reply.Integer(at < value.Length && (value[at] & mask) != 0 ? 1 : 0);
        }
    }

    /// <summary>BITCOUNT key [start end [BYTE | BIT]]</summary>
    public static void BitCount(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        long start = 0;
        long end = -1;
        bool inBits = false;
        if (words.Count is 3 or > 5)
        {
            reply.Error(Errors.Syntax);
            return;
        }
        if (words.Count > 3 && (!Numbers.TryParse(words[2], out start) || !Numbers.TryParse(words[3], out end)))
        {
            reply.Error(Errors.NotInteger);
            return;
        }
        if (words.Count == 5)
        {
            inBits = Ascii.EqualsIgnoreCase(words[4], "BIT"u8);
            if (!inBits && !Ascii.EqualsIgnoreCase(words[4], "BYTE"u8))
            {
                reply.Error(Errors.Syntax);
                return;
            }
        }
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (Errors.IsWrongType(reply, in scope, EntryType.String))
        {
            return;
        }
        ReadOnlySpan<byte> value = scope.Value;
        if (!Ranges.TryResolve(ref start, ref end, inBits ? value.Length * 8L : value.Length))
        {
            reply.Integer(0);
        }
        else
        {
            reply.Integer(inBits ? CountBits(value, start, end) : Count(value[(int)start..((int)end + 1)]));
        }
    }

    private static long CountBits(ReadOnlySpan<byte> value, long first, long last)
    {
        int from = (int)(first >> 3);
        int to = (int)(last >> 3);
        long beforeFirst = BitOperations.PopCount((uint)value[from] >> (8 - (int)(first & 7)));
        long afterLast = BitOperations.PopCount((uint)value[to] & (0xFFu >> ((int)(last & 7) + 1)));
        return Count(value[from..(to + 1)]) - beforeFirst - afterLast;
    }

    private static long Count(ReadOnlySpan<byte> bytes)
    {
        long count = 0;
        while (bytes.Length >= 8)
        {
            count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (byte b in bytes)
        {
            count += BitOperations.PopCount(b);
        }
        return count;
    }

    private static bool TryReadOffset(in CommandContext context, out int at, out int mask)
    {
        bool ok = Numbers.TryParse(context.Arguments[2], out long offset)
            && offset >= 0
            && offset >> 3 < context.Store.MaxValueBytes;
        at = ok ? (int)(offset >> 3) : 0;
        mask = 0x80 >> (int)(offset & 7);
        if (!ok)
        {
            context.Reply.Error(Errors.BitOffset);
        }
        return ok;
    }
}

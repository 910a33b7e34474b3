using System.Buffers.Text;
using System.Text;

using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Hashes;

/// <summary>Walking over the fields of a hash, in order or at random.</summary>
internal static class HashScanCommands
{
    /// <summary>Most fields that one HSCAN looks at, whatever COUNT says, but for the last slot's neighbours.</summary>
    private const int MaxScanCount = 1_000;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "HSCAN", Arity = -3, Handler = HScan, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "2.8.0",
            Summary = "Iterates over fields and values of a hash.",
        },
        new()
        {
            Name = "HRANDFIELD", Arity = -2, Handler = HRandField, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "hash", Since = "6.2.0",
            Summary = "Returns one or more random fields from a hash.",
        },
    ];

    /// <summary>HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]</summary>
    public static void HScan(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!ScanOptions.TryParseCursor(reply, context.Arguments[2], out ulong cursor))
        {
            return;
        }
        using var found = new ByteStringList();
        if (!TryCollect(in context, ref cursor, found, out ScanOptions options))
        {
            return;
        }
        int before = reply.Length;
        if (ReplyBudget.IsExceeded(in context, before, found.Length))
        {
            return;
        }
        using var matches = new ByteStringList();
        int step = options.NoValues ? 1 : 2;
        for (int at = 0; at < found.Length;)
        {
            ReadOnlySpan<byte> field = found.Next(ref at);
            bool matching = options.MatchesAll || Glob.Matches(options.Pattern, field);
            ReadOnlySpan<byte> value = step == 2 ? found.Next(ref at) : default;
            if (!matching)
            {
                continue;
            }
            matches.Add(field);
            if (step == 2)
            {
                matches.Add(value);
            }
        }
        reply.Array(2);
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        Utf8Formatter.TryFormat(cursor, digits, out int length);
        reply.Bulk(digits[..length]);
        matches.WriteTo(reply);
    }

    /// <summary>HRANDFIELD key [count [WITHVALUES]]</summary>
    public static void HRandField(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        long count = 1;
        bool withValues = words.Count == 4 && Ascii.EqualsIgnoreCase(words[3], "WITHVALUES"u8);
        if (words.Count > 2 && !TryParseCount(in context, withValues, out count))
        {
            return;
        }
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(reply, in scope, EntryType.Hash))
        {
            return;
        }
        if (!scope.Read(context.CountsAsUse))
        {
            if (words.Count > 2)
            {
                reply.Array(0);
            }
            else
            {
                reply.Null();
            }
            return;
        }
        ReadOnlySpan<byte> bytes = scope.Value;
        if (words.Count == 2)
        {
            reply.Bulk(HashRecord.Read(bytes, HashValue.PositionAtRandom(bytes, Random.Shared)).Field);
        }
        else if (count < 0)
        {
            ReplyWithRepeats(in context, bytes, -count, withValues);
        }
        else
        {
            ReplyDistinct(in context, bytes, (int)Math.Min(count, HashValue.Count(bytes)), withValues);
        }
    }

    private static bool TryParseCount(in CommandContext context, bool withValues, out long count)
    {
        CommandArguments words = context.Arguments;
        if (!Numbers.TryParse(words[2], out count))
        {
            context.Reply.Error(Errors.NotInteger);
            return false;
        }
        if (count == long.MinValue)
        {
            context.Reply.Error(
                "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
            return false;
        }
        if (words.Count > 3 && !withValues)
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }
        if (withValues && count is < -long.MaxValue / 2 or > long.MaxValue / 2)
        {
            context.Reply.Error(Errors.OutOfRange);
            return false;
        }
        return true;
    }

    private static void ReplyWithRepeats(
        in CommandContext context, ReadOnlySpan<byte> bytes, long count, bool withValues)
    {
        RespWriter reply = context.Reply;
        int before = reply.Length;
        if (count > int.MaxValue / 2)
        {
            ReplyBudget.IsExceeded(in context, before, long.MaxValue / 2);
            return;
        }
        Head(reply, (int)count, withValues);
        for (; count > 0; count--)
        {
            HashRecord record = HashRecord.Read(bytes, HashValue.PositionAtRandom(bytes, Random.Shared));
            if (!TryReplyOne(in context, before, in record, withValues))
            {
                return;
            }
        }
    }

    private static void ReplyDistinct(in CommandContext context, ReadOnlySpan<byte> bytes, int count, bool withValues)
    {
        int before = context.Reply.Length;
        Head(context.Reply, count, withValues);
        int fields = HashValue.Count(bytes);
        if (count < fields / 4)
        {
            // Few of many: draw until enough different ones have come.
            var drawn = new HashSet<int>(count);
            while (drawn.Count < count)
            {
                int position = HashValue.PositionAtRandom(bytes, Random.Shared);
                HashRecord record = HashRecord.Read(bytes, position);
                if (drawn.Add(position) && !TryReplyOne(in context, before, in record, withValues))
                {
                    return;
                }
            }
            return;
        }
        // Most of them: walk once and take each with the chance that leaves the right number.
        int left = count;
        foreach (HashRecord record in HashValue.All(bytes))
        {
            if (Random.Shared.Next(fields--) >= left)
            {
                continue;
            }
            left--;
            if (!TryReplyOne(in context, before, in record, withValues))
            {
                return;
            }
        }
    }

    /// <summary>Pairs are nested under RESP3 and flat under RESP2, as in Redis.</summary>
    private static void Head(RespWriter reply, int count, bool withValues) =>
        reply.Array(withValues && reply.Version == RespVersion.Resp2 ? count * 2 : count);

    private static bool TryReplyOne(in CommandContext context, int before, in HashRecord record, bool withValues)
    {
        RespWriter reply = context.Reply;
        if (ReplyBudget.IsExceeded(in context, before, record.Length))
        {
            return false;
        }
        if (withValues && reply.Version == RespVersion.Resp3)
        {
            reply.Array(2);
        }
        reply.Bulk(record.Field);
        if (withValues)
        {
            reply.Bulk(record.Value);
        }
        return true;
    }

    /// <summary>
    /// Copies fields (and values) from the cursor on, so that matching them holds no shard; moves the cursor. False
    /// when an error has been written. A missing key is a hash without fields, whatever the options are.
    /// </summary>
    private static bool TryCollect(
        in CommandContext context, ref ulong cursor, ByteStringList into, out ScanOptions options)
    {
        options = new ScanOptions { MatchesAll = true };
        using EntryScope scope = context.OpenKey();
        if (!scope.Read(context.CountsAsUse))
        {
            cursor = 0;
            return true;
        }
        CommandArguments words = context.Arguments;
        if (Errors.IsWrongType(context.Reply, in scope, EntryType.Hash)
            || !ScanOptions.TryParse(context.Reply, in words, 3, ofHash: true, out options))
        {
            return false;
        }
        var positions = new List<int>();
        cursor = HashValue.Scan(scope.Value, cursor, Math.Min(options.Count, MaxScanCount), positions);
        foreach (int position in positions)
        {
            HashRecord record = HashRecord.Read(scope.Value, position);
            into.Add(record.Field);
            if (!options.NoValues)
            {
                into.Add(record.Value);
            }
        }
        return true;
    }
}

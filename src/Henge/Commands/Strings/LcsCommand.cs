using System.Buffers;
using System.Text;

using Henge.Protocol;
using Henge.Routing;
using Henge.Storage;

namespace Henge.Commands.Strings;

/// <summary>
/// The longest common subsequence of two strings, by the usual table of lengths of prefixes. The table takes 4 bytes
/// times the product of the lengths and may not pass the longest value; both strings are copied out first, so no shard
/// is locked while it is filled.
/// </summary>
internal static class LcsCommand
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "LCS", Arity = -3, Handler = Lcs, Flags = CommandFlags.ReadOnly,
            FirstKey = 1, LastKey = 2, KeyStep = 1, Group = "string", Since = "7.0.0",
            AcrossOwners = OwnerTransfers.Lcs,
            Summary = "Finds the longest common substring.",
        },
    ];

    /// <summary>LCS key1 key2 [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]</summary>
    public static void Lcs(ref CommandContext context)
    {
        byte[]? a = null;
        byte[]? b = null;
        try
        {
            if (!TryCopy(in context, 1, out a, out int aLength) || !TryCopy(in context, 2, out b, out int bLength))
            {
                context.Reply.Error("ERR The specified keys must contain string values"u8);
                return;
            }
            if (TryParse(in context, out LcsOptions options))
            {
                Solve(in context, a.AsSpan(0, aLength), b.AsSpan(0, bLength), in options);
            }
        }
        finally
        {
            Return(a);
            Return(b);
        }
    }

    /// <summary>LCSWITH key1 value2 […]: for another node, which has fetched the second string.</summary>
    public static void LcsWith(ref CommandContext context)
    {
        byte[]? a = null;
        try
        {
            if (!TryCopy(in context, 1, out a, out int aLength))
            {
                context.Reply.Error("ERR The specified keys must contain string values"u8);
            }
            else if (TryParse(in context, out LcsOptions options))
            {
                Solve(in context, a.AsSpan(0, aLength), context.Arguments[2], in options);
            }
        }
        finally
        {
            Return(a);
        }
    }

    private static bool TryCopy(in CommandContext context, int word, out byte[]? copy, out int length)
    {
        using EntryScope scope = context.Store.Open(context.Arguments[word], context.NowMs);
        bool ok = !scope.Read(context.CountsAsUse) || scope.Type == EntryType.String;
        length = ok ? scope.Value.Length : 0;
        copy = length == 0 ? null : ArrayPool<byte>.Shared.Rent(length);
        scope.Value[..length].CopyTo(copy);
        return ok;
    }

    private static void Return(byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryParse(in CommandContext context, out LcsOptions options)
    {
        CommandArguments words = context.Arguments;
        options = default;
        for (int i = 3; i < words.Count; i++)
        {
            ReadOnlySpan<byte> word = words[i];
            if (Ascii.EqualsIgnoreCase(word, "IDX"u8))
            {
                options = options with { Ranges = true };
            }
            else if (Ascii.EqualsIgnoreCase(word, "LEN"u8))
            {
                options = options with { LengthOnly = true };
            }
            else if (Ascii.EqualsIgnoreCase(word, "WITHMATCHLEN"u8))
            {
                options = options with { WithLengths = true };
            }
            else if (!Ascii.EqualsIgnoreCase(word, "MINMATCHLEN"u8) || i + 1 == words.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
            else if (Numbers.TryParse(words[++i], out long least))
            {
                options = options with { LeastLength = least };
            }
            else
            {
                context.Reply.Error(Errors.NotInteger);
                return false;
            }
        }
        if (options is { Ranges: true, LengthOnly: true })
        {
            context.Reply.Error("ERR If you want both the length and indexes, please just use IDX."u8);
            return false;
        }
        return true;
    }

    private static void Solve(
        in CommandContext context, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, in LcsOptions options)
    {
        long cells = (a.Length + 1L) * (b.Length + 1L);
        if (cells * sizeof(int) > context.Store.MaxValueBytes)
        {
            context.Reply.Error(
                "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"u8);
            return;
        }
        int[] table = ArrayPool<int>.Shared.Rent((int)cells);
        try
        {
            Fill(table, a, b);
            int length = table[(int)cells - 1];
            if (options.LengthOnly)
            {
                context.Reply.Integer(length);
            }
            else if (options.Ranges)
            {
                ReplyRanges(context.Reply, Walk(table, a, b, default), length, in options);
            }
            else
            {
                byte[] common = new byte[length];
                Walk(table, a, b, common);
                context.Reply.Bulk(common);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(table);
        }
    }

    /// <summary>Cell (i, j) of the table becomes the length for the first i bytes of a and j bytes of b.</summary>
    private static void Fill(Span<int> table, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int width = b.Length + 1;
        table[..width].Clear();
        for (int i = 0; i < a.Length; i++)
        {
            Span<int> above = table.Slice(i * width, width);
            Span<int> row = table.Slice((i + 1) * width, width);
            row[0] = 0;
            for (int j = 0; j < b.Length; j++)
            {
                row[j + 1] = a[i] == b[j] ? above[j] + 1 : Math.Max(above[j + 1], row[j]);
            }
        }
    }

    /// <summary>
    /// Goes back from the last cell; fills <paramref name="common"/> if given and returns the matched runs.
    /// </summary>
    private static List<LcsMatch> Walk(
        ReadOnlySpan<int> table, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> common)
    {
        var matches = new List<LcsMatch>();
        int width = b.Length + 1;
        int i = a.Length;
        int j = b.Length;
        int at = common.Length;
        LcsMatch run = default;
        while (i > 0 && j > 0)
        {
            if (a[i - 1] == b[j - 1])
            {
                i--;
                j--;
                run = new LcsMatch(i, j, run.Length + 1);
                if (common.Length > 0)
                {
                    common[--at] = a[i];
                }
                continue;
            }
            if (table[(i - 1) * width + j] > table[i * width + j - 1])
            {
                i--;
            }
            else
            {
                j--;
            }
            AddRun(matches, ref run);
        }
        AddRun(matches, ref run);
        return matches;
    }

    private static void AddRun(List<LcsMatch> matches, ref LcsMatch run)
    {
        if (run.Length > 0)
        {
            matches.Add(run);
            run = default;
        }
    }

    private static void ReplyRanges(RespWriter reply, List<LcsMatch> matches, int length, in LcsOptions options)
    {
        long least = options.LeastLength;
        reply.Map(2);
        reply.Bulk("matches"u8);
        reply.Array(matches.Count(match => match.Length >= least));
        foreach (LcsMatch match in matches)
        {
            if (match.Length < least)
            {
                continue;
            }
            reply.Array(options.WithLengths ? 3 : 2);
            reply.Array(2);
            reply.Integer(match.StartInA);
            reply.Integer(match.StartInA + match.Length - 1);
            reply.Array(2);
            reply.Integer(match.StartInB);
            reply.Integer(match.StartInB + match.Length - 1);
            if (options.WithLengths)
            {
                reply.Integer(match.Length);
            }
        }
        reply.Bulk("len"u8);
        reply.Integer(length);
    }
}

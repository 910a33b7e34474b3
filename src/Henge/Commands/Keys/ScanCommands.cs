using System.Buffers.Text;
using Henge.Cluster;
using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Routing;
using Henge.Routing.Operations;
using Henge.Security;
using Henge.Storage;

namespace Henge.Commands.Keys;

/// <summary>
/// Walking over all keys, in pieces: each piece copies a few keys out under the lock and matches them without it, so
/// that neither a costly pattern nor millions of keys hold a shard.
/// </summary>
internal static class ScanCommands
{
    /// <summary>Entries visited under one lock.</summary>
    private const int PieceEntries = 64;

    /// <summary>Most entries that one SCAN visits, whatever COUNT says: it is a hint, and loops are shared.</summary>
    private const int MaxScanCount = 10_000;

    /// <summary>One SCAN ends early when the keys it looked at have become so many bytes.</summary>
    private const int MaxScanBytes = 1 << 20;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "SCAN", Arity = -2, Handler = Scan, Flags = CommandFlags.ReadOnly | CommandFlags.AllKeys,
            OverRing = RingKeys.Scan,
            Reach = KeyReach.Match,
            Group = "generic", Since = "2.8.0", Summary = "Iterates over the key names in the database.",
        },
        new()
        {
            Name = "KEYS", Arity = 2, Handler = Keys, Flags = CommandFlags.ReadOnly | CommandFlags.AllKeys,
            OverRing = RingKeys.Keys,
            Reach = KeyReach.Pattern,
            Group = "generic", Since = "1.0.0", Summary = "Returns all key names that match a pattern.",
        },
        new()
        {
            Name = "RANDOMKEY", Arity = 1, Handler = RandomKey, Flags = CommandFlags.ReadOnly | CommandFlags.AllKeys,
            OverRing = RingKeys.RandomKey,
            Group = "generic", Since = "1.0.0", Summary = "Returns a random key name from the database.",
        },
    ];

    /// <summary>SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]</summary>
    public static void Scan(ref CommandContext context) => Scan(ref context, part: null);

    /// <summary>
    /// PAGE cursor […]: SCAN over this node's part of the ring, and whether slots of it wait for data.
    /// </summary>
    public static void PageOfRing(ref CommandContext context) => Scan(ref context, context.Node.Ring!.Snapshot);

    private static void Scan(ref CommandContext context, ClusterSnapshot? part)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        if (!ScanOptions.TryParseCursor(reply, words[1], out ulong cursor)
            || !ScanOptions.TryParse(reply, in words, 2, ofHash: false, out ScanOptions options))
        {
            return;
        }
        int left = Math.Min(options.Count, MaxScanCount);
        using var found = new ByteStringList();
        using var piece = new ByteStringList();
        int looked = 0;
        do
        {
            int count = Math.Min(left, PieceEntries);
            cursor = Collect(in context, cursor, count, in options, part, piece, found, out int visited);
            left -= Math.Max(visited, 1);
            looked += piece.Length;
        }
        while (cursor != 0 && left > 0 && Math.Max(looked, found.Length) < MaxScanBytes);

        reply.Array(part is null ? 2 : 3);
        if (part is not null)
        {
            reply.Integer(PeerRingCommands.IsLoading(part) ? 1 : 0);
        }
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        Utf8Formatter.TryFormat(cursor, digits, out int length);
        reply.Bulk(digits[..length]);
        found.WriteTo(reply);
    }

    /// <summary>
    /// KEYS pattern. A key may be named twice if the index grows meanwhile; none that stays is left out.
    /// </summary>
    public static void Keys(ref CommandContext context) => Keys(ref context, part: null);

    /// <summary>
    /// NAMES pattern: KEYS over this node's part of the ring, behind whether slots of it wait for data.
    /// </summary>
    public static void NamesOfRing(ref CommandContext context) => Keys(ref context, context.Node.Ring!.Snapshot);

    private static void Keys(ref CommandContext context, ClusterSnapshot? part)
    {
        ReadOnlySpan<byte> pattern = context.Arguments[1];
        var options = new ScanOptions { Pattern = pattern, MatchesAll = Glob.IsEverything(pattern) };
        RespWriter reply = context.Reply;
        int before = reply.Length;
        using var found = new ByteStringList();
        using var piece = new ByteStringList();
        ulong cursor = 0;
        do
        {
            cursor = Collect(in context, cursor, PieceEntries, in options, part, piece, found, out _);
            if (ReplyBudget.IsExceeded(in context, before, found.Length))
            {
                return;
            }
        }
        while (cursor != 0);
        if (part is not null)
        {
            reply.Array(2);
            reply.Integer(PeerRingCommands.IsLoading(part) ? 1 : 0);
        }
        found.WriteTo(reply);
    }

    /// <summary>RANDOMKEY</summary>
    public static void RandomKey(ref CommandContext context)
    {
        using var found = new ByteStringList();
        var visitor = new KeyVisitor(found, hasType: false, EntryType.None);
        if (context.Store.TryVisitRandom((ulong)Random.Shared.NextInt64(), context.NowMs, ref visitor))
        {
            int at = 0;
            context.Reply.Bulk(found.Next(ref at));
        }
        else
        {
            context.Reply.Null();
        }
    }

    private static ulong Collect(
        in CommandContext context,
        ulong cursor,
        int count,
        in ScanOptions options,
        ClusterSnapshot? part,
        ByteStringList piece,
        ByteStringList found,
        out int visited)
    {
        piece.Clear();
        var visitor = new KeyVisitor(options.MatchesAll ? found : piece, options.HasType, options.Type, part);
        ulong next = context.Store.Scan(cursor, count, context.NowMs, ref visitor);
        found.AddMatches(piece, options.Pattern);
        visited = visitor.Visited;
        return next;
    }
}

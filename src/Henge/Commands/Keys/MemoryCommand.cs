using System.Globalization;
using System.Text;

using Henge.Protocol;
using Henge.Security;
using Henge.Storage;

namespace Henge.Commands.Keys;

/// <summary>MEMORY: what entries and the node take.</summary>
internal static class MemoryCommand
{
    private static readonly string[] s_help =
    [
        "DOCTOR",
        "    Return memory problems reports.",
        "MALLOC-STATS",
        "    Return internal statistics report from the memory allocator.",
        "STATS",
        "    Return information about the memory usage of the server.",
        "USAGE <key> [SAMPLES <count>]",
        "    Return memory in bytes used by <key> and its value. Nested values are",
        "    sampled up to <count> times (default: 5, 0 means sample all).",
    ];

    /// <summary>The row of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "MEMORY", Arity = -2, Handler = Subcommands.Unknown, Group = "server", Since = "4.0.0",
            Summary = "A container for memory diagnostics commands.",
            Subcommands =
            [
                new()
                {
                    Name = "MEMORY|USAGE", Arity = -3, Handler = Usage, Flags = CommandFlags.ReadOnly,
                    FirstKey = 2, LastKey = 2, KeyStep = 1, Group = "server", Since = "4.0.0",
                    Summary = "Estimates the memory usage of a key.",
                },
                Row("MEMORY|STATS", Stats, "Returns details about memory usage."),
                Row("MEMORY|DOCTOR", Doctor, "Outputs a memory problems report."),
                Row("MEMORY|MALLOC-STATS", MallocStats, "Returns the allocator statistics."),
                Row("MEMORY|HELP", Help, "Returns helpful text about the different subcommands."),
            ],
        },
    ];

    private static Command Row(string name, CommandHandler handler, string summary) =>
        new()
        {
            Name = name,
            Arity = 2,
            Handler = handler,
            Reach = KeyReach.Nothing,
            Group = "server",
            Since = "4.0.0",
            Summary = summary,
        };

    private static void Help(ref CommandContext context) => Subcommands.Help(ref context, s_help);

    /// <summary>
    /// USAGE key [SAMPLES count]: exact, as an entry is one block; the samples are read and not needed.
    /// </summary>
    private static void Usage(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        for (int i = 3; i < words.Count; i++)
        {
            if (!Ascii.EqualsIgnoreCase(words[i], "SAMPLES"u8) || i + 1 == words.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }
            if (!Numbers.TryParse(words[++i], out long samples))
            {
                context.Reply.Error(Errors.NotInteger);
                return;
            }
            if (samples < 0)
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }
        }
        using EntryScope scope = context.Store.Open(words[2], context.NowMs);
        if (scope.Found)
        {
            context.Reply.Integer(scope.MemoryBytes);
        }
        else
        {
            context.Reply.Null();
        }
    }

    private static void Stats(ref CommandContext context)
    {
        StoreStatistics statistics = context.Store.GetStatistics();
        RespWriter reply = context.Reply;
        reply.Map(8);
        Pair(reply, "total.allocated"u8, statistics.UsedBytes);
        Pair(reply, "limit.bytes"u8, statistics.LimitBytes);
        Pair(reply, "clients.normal"u8, statistics.ChargedBytes);
        Pair(reply, "overhead.index"u8, statistics.IndexBytes);
        Pair(reply, "keys.count"u8, statistics.Entries);
        Pair(reply, "keys.bytes-per-key"u8, statistics.Entries == 0 ? 0 : statistics.UsedBytes / statistics.Entries);
        Pair(reply, "dataset.bytes"u8, statistics.DataBytes);
        reply.Bulk("dataset.percentage"u8);
        reply.Double(statistics.UsedBytes == 0 ? 0 : 100.0 * statistics.DataBytes / statistics.UsedBytes);
    }

    private static void Doctor(ref CommandContext context)
    {
        StoreStatistics statistics = context.Store.GetStatistics();
        string used = string.Create(
            CultureInfo.InvariantCulture, $"{statistics.UsedBytes} of {statistics.LimitBytes} bytes are in use");
        string text = statistics.Evicted > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The memory limit is reached: {used} and {statistics.Evicted} entries were evicted to stay below it. "
                + $"If the hit ratio is too low, raise the limit or add a node.\n")
            : $"No memory problem: {used} and nothing had to be evicted.\n";
        context.Reply.Verbatim(System.Text.Encoding.ASCII.GetBytes(text));
    }

    private static void MallocStats(ref CommandContext context) =>
        context.Reply.Bulk("Stats not supported for the current allocator"u8);

    private static void Pair(RespWriter reply, ReadOnlySpan<byte> name, long value)
    {
        reply.Bulk(name);
        reply.Integer(value);
    }
}

using System.Text;

using Henge.Diagnostics;
using Henge.Protocol;

namespace Henge.Commands.Server;

/// <summary>SLOWLOG, and LATENCY as a server answers that has recorded nothing.</summary>
internal static class SlowLogCommands
{
    /// <summary>Entries that SLOWLOG GET shows unless told otherwise.</summary>
    private const int DefaultCount = 10;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "SLOWLOG", Arity = -2, Handler = Subcommands.Unknown, Group = "server", Since = "2.2.12",
            Summary = "A container for slow log commands.",
            Subcommands =
            [
                Row("SLOWLOG|GET", -2, Get, "2.2.12", "Returns the slow log's entries."),
                Row("SLOWLOG|HELP", 2, Help, "6.2.0", "Show helpful text about the different subcommands"),
                Row("SLOWLOG|LEN", 2, Len, "2.2.12", "Returns the number of entries in the slow log."),
                Row("SLOWLOG|RESET", 2, Reset, "2.2.12", "Clears all entries from the slow log."),
            ],
        },
        new()
        {
            Name = "LATENCY", Arity = -2, Handler = Subcommands.Unknown, Group = "server", Since = "2.8.13",
            Summary = "A container for latency diagnostics commands.",
            Subcommands =
            [
                Row("LATENCY|DOCTOR", 2, LatencyDoctor, "2.8.13", "Returns a human-readable latency analysis report."),
                Row("LATENCY|GRAPH", 3, LatencyGraph, "2.8.13", "Returns a latency graph for an event."),
                Row("LATENCY|HELP", 2, LatencyHelp, "2.8.13", "Returns helpful text about the subcommands."),
                Row("LATENCY|HISTOGRAM", -2, LatencyHistogram, "7.0.0",
                    "Returns the cumulative distribution of latencies of a subset or all commands."),
                Row("LATENCY|HISTORY", 3, Nothing, "2.8.13", "Returns timestamp-latency samples for an event."),
                Row("LATENCY|LATEST", 2, Nothing, "2.8.13", "Returns the latest latency samples for all events."),
                Row("LATENCY|RESET", -2, LatencyReset, "2.8.13", "Resets the latency data for one or more events."),
            ],
        },
    ];

    /// <summary>SLOWLOG GET [count]</summary>
    public static void Get(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        long count = DefaultCount;
        if (words.Count > 3)
        {
            Subcommands.WrongArity(ref context);
            return;
        }
        if (words.Count == 3 && (!Numbers.TryParse(words[2], out count) || count < -1))
        {
            context.Reply.Error("ERR count should be greater than or equal to -1"u8);
            return;
        }
        SlowLogEntry[] entries = context.Node.SlowLog.Newest((int)Math.Min(count, int.MaxValue));
        RespWriter reply = context.Reply;
        reply.Array(entries.Length);
        foreach (SlowLogEntry entry in entries)
        {
            reply.Array(6);
            reply.Integer(entry.Id);
            reply.Integer(entry.UnixSeconds);
            reply.Integer(entry.Microseconds);
            reply.Array(entry.Words.Length);
            foreach (byte[] word in entry.Words)
            {
                reply.Bulk(word);
            }
            reply.Bulk(entry.Client);
            reply.Bulk(entry.ClientName);
        }
    }

    /// <summary>SLOWLOG LEN</summary>
    public static void Len(ref CommandContext context) => context.Reply.Integer(context.Node.SlowLog.Count);

    /// <summary>SLOWLOG RESET</summary>
    public static void Reset(ref CommandContext context)
    {
        context.Node.SlowLog.Clear();
        context.Reply.Ok();
    }

    /// <summary>SLOWLOG HELP</summary>
    public static void Help(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "GET [<count>]", "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
        "    Entries are made of:", "    id, timestamp, time in microseconds, arguments array, client IP and port,",
        "    client name",
        "LEN", "    Return the length of the slowlog.",
        "RESET", "    Reset the slowlog.",
    ]);

    /// <summary>LATENCY HISTORY and LATENCY LATEST: no samples.</summary>
    public static void Nothing(ref CommandContext context) => context.Reply.Array(0);

    /// <summary>LATENCY RESET: none was there to reset.</summary>
    public static void LatencyReset(ref CommandContext context) => context.Reply.Integer(0);

    /// <summary>LATENCY HISTOGRAM: none is kept; INFO commandstats has calls and time of each command.</summary>
    public static void LatencyHistogram(ref CommandContext context) => context.Reply.Map(0);

    /// <summary>LATENCY GRAPH event</summary>
    public static void LatencyGraph(ref CommandContext context) =>
        context.Reply.Error($"ERR No samples available for event '{Errors.Printable(context.Arguments[2])}'");

    /// <summary>LATENCY DOCTOR</summary>
    public static void LatencyDoctor(ref CommandContext context) => context.Reply.Verbatim(Encoding.ASCII.GetBytes(
        "Latency monitoring is not part of this server. SLOWLOG GET shows commands that took long, "
        + "INFO commandstats the calls and time of each command.\n"));

    /// <summary>LATENCY HELP</summary>
    public static void LatencyHelp(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "DOCTOR", "    Return a human readable latency analysis report.",
        "GRAPH <event>", "    Return an ASCII latency graph for the <event> class.",
        "HISTORY <event>", "    Return time-latency samples for the <event> class.",
        "LATEST", "    Return the latest latency samples for all events.",
        "RESET [<event> ...]", "    Reset latency data of one or more <event> classes.",
        "    (default: reset all data for all event classes)",
        "HISTOGRAM [COMMAND ...]",
        "    Return a cumulative distribution of latencies in the format of a histogram for the specified "
            + "command names.",
        "    If no commands are specified then all histograms are replied.",
    ]);

    private static Command Row(string name, int arity, CommandHandler handler, string since, string summary) => new()
    {
        Name = name,
        Arity = arity,
        Handler = handler,
        Flags = CommandFlags.Admin,
        Group = "server",
        Since = since,
        Summary = summary,
    };
}

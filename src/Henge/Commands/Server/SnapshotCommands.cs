using System.Text;

namespace Henge.Commands.Server;

/// <summary>BGSAVE and LASTSAVE.</summary>
internal static class SnapshotCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "BGSAVE", Arity = -1, Handler = BackgroundSave, Flags = CommandFlags.Admin, Group = "server",
            Since = "1.0.0", Summary = "Writes a snapshot of this node while it serves.",
        },
        new()
        {
            Name = "LASTSAVE", Arity = 1, Handler = LastSave, Flags = CommandFlags.Fast, Group = "server",
            Since = "1.0.0", Summary = "Returns when this node last wrote a snapshot.",
        },
    ];

    /// <summary>
    /// BGSAVE [SCHEDULE]: of this node alone, as everything that is written to its disk. INFO persistence shows how far
    /// it is, and what came of it.
    /// </summary>
    public static void BackgroundSave(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count > 2 || (words.Count == 2 && !Ascii.EqualsIgnoreCase(words[1], "SCHEDULE"u8)))
        {
            context.Reply.Error(Errors.Syntax);
        }
        else if (context.Node.Snapshots is not { } snapshots)
        {
            context.Reply.Error("ERR This node has no data directory: start it with --data-dir"u8);
        }
        else if (snapshots.TryBegin() is { } why)
        {
            context.Reply.Error("ERR " + why);
        }
        else
        {
            context.Reply.SimpleString("Background saving started"u8);
        }
    }

    /// <summary>LASTSAVE: unix seconds; 0 when there was none in this run.</summary>
    public static void LastSave(ref CommandContext context) =>
        context.Reply.Integer((context.Node.Snapshots?.Status.LastMs ?? 0) / 1000);
}

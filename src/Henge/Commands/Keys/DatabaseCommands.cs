using System.Text;

using Henge.Routing;

namespace Henge.Commands.Keys;

/// <summary>The key space as a whole.</summary>
internal static class DatabaseCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "DBSIZE", Arity = 1, Handler = DbSize,
            Flags = CommandFlags.ReadOnly | CommandFlags.Fast | CommandFlags.AllKeys,
            OverRing = RingKeys.DbSize,
            Group = "server", Since = "1.0.0", Summary = "Returns the number of keys in the database.",
        },
        new()
        {
            Name = "FLUSHDB", Arity = -1, Handler = Flush, Flags = CommandFlags.Write | CommandFlags.AllKeys,
            OverRing = RingKeys.Flush,
            Group = "server", Since = "1.0.0", Summary = "Remove all keys from the current database.",
        },
        new()
        {
            Name = "FLUSHALL", Arity = -1, Handler = Flush, Flags = CommandFlags.Write | CommandFlags.AllKeys,
            OverRing = RingKeys.Flush,
            Group = "server", Since = "1.0.0", Summary = "Removes all keys from all databases.",
        },
    ];

    /// <summary>DBSIZE. Expired entries count until they are swept, as in Redis.</summary>
    public static void DbSize(ref CommandContext context) => context.Reply.Integer(context.Store.Count);

    /// <summary>FLUSHDB and FLUSHALL [ASYNC | SYNC], which are the same: dropping all memory takes no time.</summary>
    public static void Flush(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count > 2
            || (words.Count == 2
                && !Ascii.EqualsIgnoreCase(words[1], "ASYNC"u8)
                && !Ascii.EqualsIgnoreCase(words[1], "SYNC"u8)))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        context.Store.Clear();
        if (context.Node.Snapshots is { } snapshots)
        {
            // What is being read back, or was written, must not come back either.
            ulong version = context.Store.Clock(context.NowMs) + 1;
            context.Store.Flush(version, context.NowMs);
            snapshots.Flushed(version);
        }
        context.Node.Leases.Clear();
        context.Reply.Ok();
    }
}

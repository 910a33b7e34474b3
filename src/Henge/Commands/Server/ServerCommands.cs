using System.Text;

using Henge.Diagnostics;
using Henge.Security;

namespace Henge.Commands.Server;

/// <summary>
/// Small commands about the node: TIME, ROLE, INFO, WAIT, and what answers for features that hold nothing.
/// </summary>
internal static class ServerCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "TIME", Arity = 1, Handler = Time, Flags = CommandFlags.Fast, Group = "server", Since = "2.6.0",
            Reach = KeyReach.Nothing,
            Summary = "Returns the server time.",
        },
        new()
        {
            Name = "ROLE", Arity = 1, Handler = Role, Flags = CommandFlags.Fast, Group = "server", Since = "2.8.12",
            Reach = KeyReach.Nothing,
            Summary = "Returns the replication role.",
        },
        new()
        {
            Name = "INFO", Arity = -1, Handler = Info, Group = "server",
            Reach = KeyReach.Nothing,
            Summary = "Returns information and statistics about the server.",
        },
        new()
        {
            Name = "WAIT", Arity = 3, Handler = Wait, Group = "generic", Since = "3.0.0",
            Reach = KeyReach.Nothing,
            Summary = "Returns the number of replicas that acknowledged the writes of this connection.",
        },
        new()
        {
            Name = "FUNCTION", Arity = -2, Handler = Subcommands.Unknown, Group = "scripting", Since = "7.0.0",
            Summary = "A container for function commands.",
            Subcommands =
            [
                new()
                {
                    Name = "FUNCTION|FLUSH", Arity = -2, Handler = FunctionFlush, Flags = CommandFlags.Write,
                    Group = "scripting", Since = "7.0.0", Summary = "Deletes all libraries and functions.",
                },
                new()
                {
                    Name = "FUNCTION|LIST", Arity = -2, Handler = FunctionList, Group = "scripting", Since = "7.0.0",
                    Reach = KeyReach.Nothing,
                    Summary = "Returns information about all libraries.",
                },
            ],
        },
    ];

    /// <summary>TIME: unix seconds, and microseconds within the second.</summary>
    public static void Time(ref CommandContext context)
    {
        long microseconds = context.Node.TimeProvider.GetUtcNow().Ticks / TimeSpan.TicksPerMicrosecond
            - DateTimeOffset.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;
        context.Reply.Array(2);
        context.Reply.BulkInteger(microseconds / 1_000_000);
        context.Reply.BulkInteger(microseconds % 1_000_000);
    }

    /// <summary>ROLE: a master without replicas.</summary>
    public static void Role(ref CommandContext context)
    {
        context.Reply.Array(3);
        context.Reply.Bulk("master"u8);
        context.Reply.Integer(0);
        context.Reply.Array(0);
    }

    /// <summary>INFO [section …]</summary>
    public static void Info(ref CommandContext context)
    {
        var wanted = new List<string>();
        for (int i = 1; i < context.Arguments.Count; i++)
        {
            wanted.Add(Encoding.ASCII.GetString(context.Arguments[i]).ToLowerInvariant());
        }
        string text = NodeReport.Write(context.Node, context.NowMs, wanted);
        context.Reply.Verbatim(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// WAIT replicas timeout-ms: the replicas of each slot, which have every write of this client that was answered
    /// before; 0 where writes do not wait for them, as nobody knows then.
    /// </summary>
    public static void Wait(ref CommandContext context)
    {
        if (!Numbers.TryParse(context.Arguments[1], out _))
        {
            context.Reply.Error(Errors.NotInteger);
        }
        else if (!Numbers.TryParse(context.Arguments[2], out long timeoutMs))
        {
            context.Reply.Error("ERR timeout is not an integer or out of range"u8);
        }
        else if (timeoutMs < 0)
        {
            context.Reply.Error("ERR timeout is negative"u8);
        }
        else
        {
            // Replies keep their order: when this one is sent, all writes before it are where they should be.
            bool areAwaited = context.Node.Options.WriteAck == WriteAck.All;
            int copies = context.Node.Ring?.Snapshot.View.Copies ?? 1;
            context.Reply.Integer(areAwaited ? Math.Max(0, copies - 1) : 0);
        }
    }

    /// <summary>FUNCTION FLUSH [ASYNC | SYNC]: there are none, which is what clients that clean up want.</summary>
    public static void FunctionFlush(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        bool isKnown = words.Count == 2 || (words.Count == 3
            && (Ascii.EqualsIgnoreCase(words[2], "ASYNC"u8) || Ascii.EqualsIgnoreCase(words[2], "SYNC"u8)));
        if (isKnown)
        {
            context.Reply.Ok();
        }
        else
        {
            context.Reply.Error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"u8);
        }
    }

    /// <summary>FUNCTION LIST</summary>
    public static void FunctionList(ref CommandContext context) => context.Reply.Array(0);
}

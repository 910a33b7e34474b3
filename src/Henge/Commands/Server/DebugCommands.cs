using System.Globalization;
using System.Net;
using System.Text;

using Henge.Storage;

namespace Henge.Commands.Server;

/// <summary>
/// DEBUG: what test suites need, only where the option allows it and only from this machine. It can hold up a loop, so
/// it is not for production.
/// </summary>
internal static class DebugCommands
{
    /// <summary>Longest DEBUG SLEEP, in seconds.</summary>
    private const double MaxSleepSeconds = 60;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "DEBUG", Arity = -2, Handler = Unknown, Flags = CommandFlags.Admin, Group = "server",
            Summary = "A container for debugging commands.",
            Subcommands =
            [
                Row("DEBUG|HELP", 2, Help, "Returns helpful text about the different subcommands."),
                Row("DEBUG|OBJECT", 3, Object, "Shows how an entry is stored.", key: 2),
                Row("DEBUG|SET-ACTIVE-EXPIRE", 3, SetActiveExpire, "Turns the sweeping of expired entries on or off."),
                Row("DEBUG|SLEEP", 3, Sleep, "Holds up this connection's loop."),
                Row("DEBUG|STRINGMATCH-LEN", 4, StringMatch, "Matches a pattern against a text of some length."),
            ],
        },
    ];

    /// <summary>DEBUG with a word that is no subcommand.</summary>
    public static void Unknown(ref CommandContext context)
    {
        if (IsAllowed(ref context))
        {
            Subcommands.Unknown(ref context);
        }
    }

    /// <summary>DEBUG SLEEP seconds: the loop of this connection stands still, and all connections on it.</summary>
    public static void Sleep(ref CommandContext context)
    {
        if (!IsAllowed(ref context))
        {
            return;
        }
        string text = Errors.Printable(context.Arguments[2]);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            || !(seconds >= 0 && seconds <= MaxSleepSeconds))
        {
            context.Reply.Error(Errors.NotFloat);
            return;
        }
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromSeconds(seconds));
        context.Reply.Ok();
    }

    /// <summary>DEBUG SET-ACTIVE-EXPIRE 0 | 1</summary>
    public static void SetActiveExpire(ref CommandContext context)
    {
        if (IsAllowed(ref context))
        {
            context.Node.SweepsExpired = !context.Arguments[2].SequenceEqual("0"u8);
            context.Reply.Ok();
        }
    }

    /// <summary>DEBUG OBJECT key; after READONLY at a replica, what that copy holds.</summary>
    public static void Object(ref CommandContext context)
    {
        if (!IsAllowed(ref context))
        {
            return;
        }
        using EntryScope scope = context.OpenKey();
        if (!scope.Found)
        {
            context.Reply.Error(Errors.NoSuchKey);
            return;
        }
        string encoding = scope.Type == EntryType.String ? "raw" : "listpack";
        context.Reply.SimpleString(Encoding.ASCII.GetBytes(
            $"Value at:0x0 refcount:1 encoding:{encoding} serializedlength:{scope.Value.Length} "
            + $"lru:0 lru_seconds_idle:0 version:{scope.Version:x16}"));
    }

    /// <summary>DEBUG STRINGMATCH-LEN length pattern: matches "aaa…", to show that none takes long.</summary>
    public static void StringMatch(ref CommandContext context)
    {
        if (!IsAllowed(ref context))
        {
            return;
        }
        if (!Numbers.TryParse(context.Arguments[2], out long length) || length is < 0 or > 1 << 20)
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        byte[] text = new byte[length];
        Array.Fill(text, (byte)'a');
        context.Reply.Integer(Glob.Matches(context.Arguments[3], text) ? 1 : 0);
    }

    /// <summary>DEBUG HELP</summary>
    public static void Help(ref CommandContext context)
    {
        if (IsAllowed(ref context))
        {
            Subcommands.Help(ref context,
            [
                "OBJECT <key>", "    Show low level info about <key> and associated value.",
                "SET-ACTIVE-EXPIRE <0|1>",
                "    Setting it to 0 disables expiring keys in background when they are not accessed.",
                "SLEEP <seconds>", "    Stop the loop of this connection for <seconds>. Decimals allowed.",
                "STRINGMATCH-LEN <len> <pattern>", "    Match a text of <len> letters a against <pattern>.",
            ]);
        }
    }

    private static bool IsAllowed(ref CommandContext context)
    {
        bool isLocal = context.Session.Connection.RemoteEndPoint is IPEndPoint remote
            && IPAddress.IsLoopback(remote.Address);
        if (context.Node.Options.EnableDebugCommands && isLocal)
        {
            return true;
        }
        context.Reply.Error(
            "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it "u8
            + "from a local connection, otherwise you need to set this option in the configuration file, and then "u8
            + "restart the server."u8);
        return false;
    }

    private static Command Row(string name, int arity, CommandHandler handler, string summary, int key = 0) => new()
    {
        Name = name,
        Arity = arity,
        Handler = handler,
        Flags = key == 0 ? CommandFlags.Admin : CommandFlags.Admin | CommandFlags.ReadOnly,
        FirstKey = key,
        LastKey = key,
        KeyStep = key == 0 ? 0 : 1,
        Group = "server",
        Summary = summary,
    };
}

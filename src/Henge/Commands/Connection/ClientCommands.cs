using System.Text;

using Henge.Protocol;
using Henge.Security;
using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>
/// CLIENT: what a connection says about itself and wants. Listing and killing have files of their own.
/// </summary>
internal static class ClientCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "CLIENT", Arity = -2, Handler = Subcommands.Unknown, Group = "connection", Since = "2.4.0",
            Summary = "A container for client connection commands.", Subcommands = Rows,
        },
    ];

    private static Command[] Rows =>
    [
        Row("GETNAME", 2, GetName, "2.6.9", "Returns the name of the connection."),
        Row("HELP", 2, Help, "5.0.0", "Returns helpful text about the different subcommands."),
        Row("ID", 2, Id, "5.0.0", "Returns the unique client ID of the connection."),
        Row("INFO", 2, ClientListing.Info, "6.2.0", "Returns information about the connection."),
        Row("KILL", -3, ClientKilling.Kill, "2.4.0", "Terminates open connections.", CommandFlags.Admin),
        Row("LIST", -2, ClientListing.List, "2.4.0", "Lists open connections.", CommandFlags.Admin),
        Row("NO-EVICT", 3, NoEvict, "7.0.0", "Sets the client eviction mode of the connection.", CommandFlags.Admin),
        Row("NO-TOUCH", 3, NoTouch, "7.2.0",
            "Controls whether commands sent by the client affect the LRU/LFU of accessed keys."),
        Row("PAUSE", -3, Pause, "3.0.0", "Suspends commands processing.", CommandFlags.Admin),
        Row("REPLY", 3, Reply, "3.2.0", "Instructs the server whether to reply to commands."),
        Row("SETINFO", 4, SetInfo, "7.2.0", "Sets information specific to the client or connection."),
        Row("SETNAME", 3, SetName, "2.6.9", "Sets the connection name."),
        Row("UNPAUSE", 2, Unpause, "6.2.0", "Resumes processing commands from paused clients.", CommandFlags.Admin),
    ];

    /// <summary>CLIENT GETNAME</summary>
    public static void GetName(ref CommandContext context)
    {
        byte[] name = context.Session.Client.Name;
        if (name.Length == 0)
        {
            context.Reply.Null();
        }
        else
        {
            context.Reply.Bulk(name);
        }
    }

    /// <summary>CLIENT ID</summary>
    public static void Id(ref CommandContext context) => context.Reply.Integer(context.Session.Id);

    /// <summary>CLIENT SETNAME name; an empty one takes the name away.</summary>
    public static void SetName(ref CommandContext context)
    {
        if (TrySetName(context.Session, context.Reply, context.Arguments[2]))
        {
            context.Reply.Ok();
        }
    }

    /// <summary>CLIENT SETINFO LIB-NAME name | LIB-VER version</summary>
    public static void SetInfo(ref CommandContext context)
    {
        ReadOnlySpan<byte> option = context.Arguments[2];
        ReadOnlySpan<byte> value = context.Arguments[3];
        bool isName = Ascii.EqualsIgnoreCase(option, "LIB-NAME"u8);
        if (!isName && !Ascii.EqualsIgnoreCase(option, "LIB-VER"u8))
        {
            context.Reply.Error($"ERR Unrecognized option '{Errors.Printable(option)}'");
            return;
        }
        if (!IsPlain(value))
        {
            string name = isName ? "lib-name" : "lib-ver";
            context.Reply.Error($"ERR {name} cannot contain spaces, newlines or special characters.");
            return;
        }
        ClientState client = context.Session.Client;
        if (isName)
        {
            client.LibraryName = value.ToArray();
        }
        else
        {
            client.LibraryVersion = value.ToArray();
        }
        context.Reply.Ok();
    }

    /// <summary>CLIENT NO-EVICT ON | OFF</summary>
    public static void NoEvict(ref CommandContext context)
    {
        if (TryReadSwitch(ref context, out bool isOn))
        {
            context.Session.Client.IsProtectedFromEviction = isOn;
            context.Reply.Ok();
        }
    }

    /// <summary>CLIENT NO-TOUCH ON | OFF</summary>
    public static void NoTouch(ref CommandContext context)
    {
        if (TryReadSwitch(ref context, out bool isOn))
        {
            context.Session.Client.LeavesRecencyAlone = isOn;
            context.Reply.Ok();
        }
    }

    /// <summary>CLIENT REPLY ON | OFF | SKIP: only ON is answered.</summary>
    public static void Reply(ref CommandContext context)
    {
        ClientState client = context.Session.Client;
        ReadOnlySpan<byte> mode = context.Arguments[2];
        if (Ascii.EqualsIgnoreCase(mode, "ON"u8))
        {
            client.ReplyMode = ReplyMode.On;
            context.Reply.Ok();
        }
        else if (Ascii.EqualsIgnoreCase(mode, "OFF"u8))
        {
            client.ReplyMode = ReplyMode.Off;
        }
        else if (!Ascii.EqualsIgnoreCase(mode, "SKIP"u8))
        {
            context.Reply.Error(Errors.Syntax);
        }
        else if (client.ReplyMode != ReplyMode.Off)
        {
            client.ReplyMode = ReplyMode.SkipNext;
        }
    }

    /// <summary>CLIENT PAUSE timeout-ms [WRITE | ALL]</summary>
    public static void Pause(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        bool writesOnly = words.Count == 4 && Ascii.EqualsIgnoreCase(words[3], "WRITE"u8);
        if (words.Count > 4 || (words.Count == 4 && !writesOnly && !Ascii.EqualsIgnoreCase(words[3], "ALL"u8)))
        {
            context.Reply.Error("ERR CLIENT PAUSE mode must be WRITE or ALL"u8);
        }
        else if (!Numbers.TryParse(words[2], out long timeoutMs) || timeoutMs > long.MaxValue - context.NowMs)
        {
            context.Reply.Error("ERR timeout is not an integer or out of range"u8);
        }
        else if (timeoutMs < 0)
        {
            context.Reply.Error("ERR timeout is negative"u8);
        }
        else
        {
            context.Node.Pause.Until(context.NowMs + timeoutMs, writesOnly);
            context.Reply.Ok();
        }
    }

    /// <summary>CLIENT UNPAUSE</summary>
    public static void Unpause(ref CommandContext context)
    {
        context.Node.Pause.End();
        context.Reply.Ok();
    }

    /// <summary>CLIENT HELP</summary>
    public static void Help(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "GETNAME", "    Return the name of the current connection.",
        "ID", "    Return the ID of the current connection.",
        "INFO", "    Return information about the current client connection.",
        "KILL <ip:port>", "    Kill connection made from <ip:port>.",
        "KILL <option> <value> [<option> <value> [...]]", "    Kill connections. Options are:",
        "    * ADDR (<ip:port>|<unixsocket>:0)", "      Kill connections made from the specified address",
        "    * LADDR (<ip:port>|<unixsocket>:0)", "      Kill connections made to specified local address",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)", "      Kill connections by type.",
        "    * USER <username>", "      Kill connections authenticated by <username>.",
        "    * SKIPME (YES|NO)", "      Skip killing current connection (default: yes).",
        "    * ID <client-id>", "      Kill connections by client id.",
        "    * MAXAGE <maxage>", "      Kill connections older than the specified age.",
        "LIST [options ...]", "    Return information about client connections. Options:",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)", "      Return clients of specified type.",
        "    * ID <client-id> [<client-id> ...]", "      Return clients of specified IDs only.",
        "NO-EVICT (ON|OFF)", "    Protect current client connection from eviction.",
        "NO-TOUCH (ON|OFF)", "    Will not touch LRU/LFU stats when this mode is on.",
        "PAUSE <timeout> [WRITE|ALL]", "    Suspend all, or just write, clients for <timeout> milliseconds.",
        "REPLY (ON|OFF|SKIP)", "    Control the replies sent to the current connection.",
        "SETINFO <option> <value>", "    Set client meta attr. Options are:",
        "    * LIB-NAME: the client lib name.", "    * LIB-VER: the client lib version.",
        "SETNAME <name>", "    Assign the name <name> to the current connection.",
        "UNPAUSE", "    Stop the current client pause, resuming traffic.",
    ]);

    /// <summary>Names the connection; false when the name cannot be, with the error written.</summary>
    public static bool TrySetName(RespSession session, RespWriter reply, ReadOnlySpan<byte> name)
    {
        if (!IsPlain(name))
        {
            reply.Error("ERR Client names cannot contain spaces, newlines or special characters."u8);
            return false;
        }
        session.Client.Name = name.ToArray();
        return true;
    }

    /// <summary>Whether a word can stand in CLIENT LIST: printable ASCII without blanks.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> word) => !word.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    private static bool TryReadSwitch(ref CommandContext context, out bool isOn)
    {
        isOn = Ascii.EqualsIgnoreCase(context.Arguments[2], "ON"u8);
        if (isOn || Ascii.EqualsIgnoreCase(context.Arguments[2], "OFF"u8))
        {
            return true;
        }
        context.Reply.Error(Errors.Syntax);
        return false;
    }

    private static Command Row(
        string name, int arity, CommandHandler handler, string since, string summary,
        CommandFlags flags = CommandFlags.None) => new()
        {
            Name = "CLIENT|" + name,
            Arity = arity,
            Handler = handler,
            Flags = flags,
            Reach = KeyReach.Nothing,
            Group = "connection",
            Since = since,
            Summary = summary,
        };
}

using System.Text;

using Henge.Security;

namespace Henge.Commands.Server;

/// <summary>COMMAND: the command table as clients ask for it.</summary>
internal static class CommandCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "COMMAND", Arity = -1, Handler = All, Group = "server", Since = "2.8.13",
            Reach = KeyReach.Nothing,
            Summary = "Returns detailed information about all commands.", Subcommands = Rows,
        },
    ];

    private static Command[] Rows =>
    [
        Row("COUNT", 2, Count, "2.8.13", "Returns a count of commands."),
        Row("DOCS", -2, Docs, "7.0.0", "Returns documentary information about one, multiple or all commands."),
        Row("GETKEYS", -3, GetKeys, "2.8.13", "Extracts the key names from an arbitrary command."),
        Row("GETKEYSANDFLAGS", -3, GetKeysAndFlags, "7.0.0",
            "Extracts the key names and access flags for an arbitrary command."),
        Row("HELP", 2, Help, "5.0.0", "Returns helpful text about the different subcommands."),
        Row("INFO", -2, Info, "2.8.13", "Returns information about one, multiple or all commands."),
        Row("LIST", -2, List, "7.0.0", "Returns a list of command names."),
    ];

    /// <summary>COMMAND; also reached with a word that is no subcommand.</summary>
    public static void All(ref CommandContext context)
    {
        if (context.Arguments.Count > 1)
        {
            Subcommands.Unknown(ref context);
            return;
        }
        WriteAll(ref context);
    }

    /// <summary>COMMAND COUNT</summary>
    public static void Count(ref CommandContext context) => context.Reply.Integer(context.Node.Commands.All.Count);

    /// <summary>COMMAND INFO [name …]</summary>
    public static void Info(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count == 2)
        {
            WriteAll(ref context);
            return;
        }
        context.Reply.Array(words.Count - 2);
        for (int i = 2; i < words.Count; i++)
        {
            CommandDescription.WriteInfo(context.Reply, FindByFullName(context.Node.Commands, words[i]));
        }
    }

    /// <summary>COMMAND DOCS [name …]; names that do not exist are left out.</summary>
    public static void Docs(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        var found = new List<Command>();
        for (int i = 2; i < words.Count; i++)
        {
            if (FindByFullName(context.Node.Commands, words[i]) is { } command)
            {
                found.Add(command);
            }
        }
        IReadOnlyList<Command> shown = words.Count == 2 ? context.Node.Commands.All : found;
        context.Reply.Map(shown.Count);
        foreach (Command command in shown)
        {
            CommandDescription.WriteDocumentation(context.Reply, command);
        }
    }

    /// <summary>COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN glob]</summary>
    public static void List(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        Func<Command, bool>? filter = null;
        if (words.Count == 5 && Ascii.EqualsIgnoreCase(words[2], "FILTERBY"u8))
        {
            filter = FilterOf(words[3], words[4].ToArray());
        }
        if (words.Count != 2 && filter is null)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        var names = new List<string>();
        foreach (Command command in context.Node.Commands.All)
        {
            AddNames(names, command, filter);
        }
        context.Reply.Array(names.Count);
        foreach (string name in names)
        {
            context.Reply.Bulk(name);
        }
    }

    /// <summary>COMMAND GETKEYS command [arg …]</summary>
    public static void GetKeys(ref CommandContext context)
    {
        if (TryFindKeys(ref context, out _, out KeyPositions keys, out int count))
        {
            context.Reply.Array(count);
            for (int at = keys.First; at <= keys.Last; at += keys.Step)
            {
                context.Reply.Bulk(context.Arguments[at + 2]);
            }
        }
    }

    /// <summary>COMMAND GETKEYSANDFLAGS command [arg …]</summary>
    public static void GetKeysAndFlags(ref CommandContext context)
    {
        if (TryFindKeys(ref context, out Command? command, out KeyPositions keys, out int count))
        {
            context.Reply.Array(count);
            for (int at = keys.First; at <= keys.Last; at += keys.Step)
            {
                context.Reply.Array(2);
                context.Reply.Bulk(context.Arguments[at + 2]);
                CommandDescription.WriteKeyFlags(context.Reply, command!);
            }
        }
    }

    /// <summary>COMMAND HELP</summary>
    public static void Help(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "(no subcommand)", "    Return details about all Redis commands.",
        "COUNT", "    Return the total number of commands in this Redis server.",
        "LIST", "    Return a list of all commands in this Redis server.",
        "INFO [<command-name> ...]", "    Return details about multiple Redis commands.",
        "    If no command names are given, documentation details for all", "    commands are returned.",
        "DOCS [<command-name> ...]", "    Return documentation details about multiple Redis commands.",
        "    If no command names are given, documentation details for all", "    commands are returned.",
        "GETKEYS <full-command>", "    Return the keys from a full Redis command.",
        "GETKEYSANDFLAGS <full-command>", "    Return the keys and the access flags from a full Redis command.",
    ]);

    private static void WriteAll(ref CommandContext context)
    {
        IReadOnlyList<Command> all = context.Node.Commands.All;
        context.Reply.Array(all.Count);
        foreach (Command command in all)
        {
            CommandDescription.WriteInfo(context.Reply, command);
        }
    }

    /// <summary>Finds "get" as well as "client|list".</summary>
    private static Command? FindByFullName(CommandTable table, ReadOnlySpan<byte> name)
    {
        int bar = name.IndexOf((byte)'|');
        if (bar < 0)
        {
            return table.Find(name);
        }
        return table.Find(name[..bar]) is { } command ? CommandTable.FindSubcommand(command, name[(bar + 1)..]) : null;
    }

    private static Func<Command, bool>? FilterOf(ReadOnlySpan<byte> kind, byte[] value)
    {
        if (Ascii.EqualsIgnoreCase(kind, "MODULE"u8))
        {
            return static _ => false;
        }
        if (Ascii.EqualsIgnoreCase(kind, "ACLCAT"u8))
        {
            string category = Errors.Printable(value).ToLowerInvariant();
            return command => CommandDescription.CategoriesOf(command).Contains(category);
        }
        if (Ascii.EqualsIgnoreCase(kind, "PATTERN"u8))
        {
            byte[] pattern = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(value).ToLowerInvariant());
            return command => Glob.Matches(pattern, Encoding.ASCII.GetBytes(command.Name.ToLowerInvariant()));
        }
        return null;
    }

    /// <summary>With a filter subcommands are listed too, as in Redis.</summary>
    private static void AddNames(List<string> names, Command command, Func<Command, bool>? filter)
    {
        if (filter is null || filter(command))
        {
            names.Add(command.Name.ToLowerInvariant());
        }
        foreach (Command subcommand in filter is null ? [] : command.Subcommands)
        {
            AddNames(names, subcommand, filter);
        }
    }

    /// <summary>Finds the keys of the command that stands from word 2 on; false with the error written.</summary>
    private static bool TryFindKeys(
        ref CommandContext context, out Command? command, out KeyPositions keys, out int count)
    {
        CommandArguments words = context.Arguments;
        int wordCount = words.Count - 2;
        keys = default;
        count = 0;
        command = context.Node.Commands.Find(words[2]);
        if (command is { Subcommands.Count: > 0 } && wordCount > 1)
        {
            command = CommandTable.FindSubcommand(command, words[3]) ?? command;
        }
        if (command is null)
        {
            context.Reply.Error("ERR Invalid command specified"u8);
            return false;
        }
        if (command.FirstKey == 0)
        {
            context.Reply.Error("ERR The command has no key arguments"u8);
            return false;
        }
        if (command.Arity >= 0 ? wordCount != command.Arity : wordCount < -command.Arity)
        {
            context.Reply.Error("ERR Invalid number of arguments specified for command"u8);
            return false;
        }
        keys = KeyPositions.Of(command, wordCount);
        count = keys.Last < keys.First ? 0 : ((keys.Last - keys.First) / keys.Step) + 1;
        return true;
    }

    private static Command Row(string name, int arity, CommandHandler handler, string since, string summary) => new()
    {
        Name = "COMMAND|" + name,
        Arity = arity,
        Handler = handler,
        Reach = KeyReach.Nothing,
        Group = "server",
        Since = since,
        Summary = summary,
    };
}

using System.Text;

namespace Henge.Commands.Server;

/// <summary>CONFIG.</summary>
internal static class ConfigCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "CONFIG", Arity = -2, Handler = Subcommands.Unknown, Group = "server", Since = "2.0.0",
            Summary = "A container for server configuration commands.",
            Subcommands =
            [
                Row("CONFIG|GET", -3, Get, "2.0.0", "Returns the effective values of configuration parameters."),
                Row("CONFIG|HELP", 2, Help, "5.0.0", "Returns helpful text about the different subcommands."),
                Row("CONFIG|RESETSTAT", 2, ResetStat, "2.0.0", "Resets the server's statistics."),
                Row("CONFIG|REWRITE", 2, Rewrite, "2.8.0", "Persists the effective configuration to file."),
                Row("CONFIG|SET", -4, Set, "2.0.0", "Sets configuration parameters in-flight.", CommandFlags.Sensitive),
            ],
        },
    ];

    /// <summary>CONFIG GET pattern [pattern …]</summary>
    public static void Get(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        var found = new List<ConfigParameter>();
        foreach (ConfigParameter parameter in ConfigTable.All)
        {
            byte[] name = Encoding.ASCII.GetBytes(parameter.Name);
            for (int i = 2; i < words.Count; i++)
            {
                byte[] pattern = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(words[i]).ToLowerInvariant());
                if (Glob.Matches(pattern, name))
                {
                    found.Add(parameter);
                    break;
                }
            }
        }
        context.Reply.Map(found.Count);
        foreach (ConfigParameter parameter in found)
        {
            context.Reply.Bulk(parameter.Name);
            context.Reply.Bulk(parameter.Get(context.Node));
        }
    }

    /// <summary>CONFIG SET name value [name value …]: all of them or none.</summary>
    public static void Set(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count % 2 != 0)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        var changes = new List<(ConfigParameter Parameter, string Value)>();
        for (int i = 2; i < words.Count; i += 2)
        {
            string name = Errors.Printable(words[i]);
            string value = Encoding.UTF8.GetString(words[i + 1]);
            if (ConfigTable.Find(name) is not { } parameter)
            {
                context.Reply.Error($"ERR Unknown option or number of arguments for CONFIG SET - '{name}'");
                return;
            }
            string? wrong =
                changes.Exists(change => change.Parameter == parameter) ? "duplicate parameter"
                : parameter.Check is not null ? parameter.Check(context.Node, value)
                : value == parameter.Get(context.Node) ? null
                : "can't set immutable config";
            if (wrong is not null)
            {
                context.Reply.Error(
                    $"ERR CONFIG SET failed (possibly related to argument '{parameter.Name}') - {wrong}");
                return;
            }
            changes.Add((parameter, value));
        }
        foreach ((ConfigParameter parameter, string value) in changes)
        {
            parameter.Apply?.Invoke(context.Node, value);
        }
        context.Reply.Ok();
    }

    /// <summary>CONFIG RESETSTAT</summary>
    public static void ResetStat(ref CommandContext context)
    {
        HengeNode node = context.Node;
        node.Store.ResetStatistics();
        node.Counters.Reset();
        node.Errors.Reset();
        node.Sampler.Reset();
        foreach (Command command in node.Commands.All)
        {
            command.Counters.Reset();
            foreach (Command subcommand in command.Subcommands)
            {
                subcommand.Counters.Reset();
            }
        }
        context.Reply.Ok();
    }

    /// <summary>
    /// CONFIG REWRITE: what was set lasts as long as the process; files belong to whoever wrote them.
    /// </summary>
    public static void Rewrite(ref CommandContext context) =>
        context.Reply.Error("ERR The server is running without a config file"u8);

    /// <summary>CONFIG HELP</summary>
    public static void Help(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "GET <pattern>", "    Return parameters matching the glob-like <pattern> and their values.",
        "SET <directive> <value>", "    Set the configuration <directive> to <value>.",
        "RESETSTAT", "    Reset statistics reported by the INFO command.",
        "REWRITE", "    Rewrite the configuration file.",
    ]);

    private static Command Row(
        string name, int arity, CommandHandler handler, string since, string summary,
        CommandFlags flags = CommandFlags.None) => new()
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = CommandFlags.Admin | flags,
            Group = "server",
            Since = since,
            Summary = summary,
        };
}

using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server.Status;

/// <summary><c>henge status</c>: how a node is, at one look.</summary>
internal static class StatusCommand
{
    private static readonly CommandOption _json = new()
    {
        Name = "json",
        Kind = OptionKind.Switch,
        FlagOnly = true,
        Help = "Print one JSON object.",
    };

    private static readonly CommandOption _watch = new()
    {
        Name = "watch",
        Kind = OptionKind.Switch,
        FlagOnly = true,
        Help = "Look again and again until Ctrl-C, and show what happens per second.",
    };

    private static readonly CommandOption _every = new()
    {
        Name = "every",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "1s",
        Minimum = 100,
        FlagOnly = true,
        Help = "With --watch, time between two looks.",
    };

    private static readonly CommandOption _count = new()
    {
        Name = "count",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "0",
        DefaultWords = "no end",
        FlagOnly = true,
        Help = "With --watch, end after so many pictures.",
    };

    private static readonly IReadOnlyList<CommandOption> _options =
        [_watch, _every, _count, _json, .. ClientOptions.All];

    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "status",
        Summary = "show how a node is",
        Usage = [("henge status", "memory, keys, hit ratio, operations, clients and ring of a node")],
        Options = _options,
        Run = Run,
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        OptionValues values = new(_options, arguments.Flags, terminal.Environment);
        ClientOptions.RefuseOperands(arguments);
        NodeTarget target = ClientOptions.Target(values, terminal);
        using NodeConnection connection = NodeConnection.Connect(target);
        if (values.Switch(_watch))
        {
            if (values.Switch(_json))
            {
                throw new UsageException("--watch and --json do not go together: ask for --json as often as you like");
            }
            StatusWatch.RunAsync(
                connection, target.Address.ToString(), values.Time(_every), values.Integer(_count), terminal)
                .GetAwaiter().GetResult();
            return ExitCode.Ok;
        }
        StatusReport report = StatusReport.Parse(connection.Ask("INFO"u8.ToArray()).Text);
        string address = target.Address.ToString();
        if (values.Switch(_json))
        {
            StatusView.WriteJson(report, address, terminal.Out);
        }
        else if (terminal.IsTerminal)
        {
            StatusView.WritePanel(report, address, terminal);
        }
        else
        {
            StatusView.WritePlain(report, address, terminal.Out);
        }
        return ExitCode.Ok;
    }
}

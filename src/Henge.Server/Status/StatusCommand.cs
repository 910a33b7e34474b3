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

    private static readonly IReadOnlyList<CommandOption> _options = [_json, .. ClientOptions.All];

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
        if (arguments.Operands.Count > 0)
        {
            throw new UsageException(
                $"unexpected argument {arguments.Operands[0]}: name the node with --node host:port");
        }
        NodeTarget target = ClientOptions.Target(values, terminal);
        using NodeConnection connection = NodeConnection.Connect(target);
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

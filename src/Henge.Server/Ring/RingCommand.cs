using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server.Ring;

/// <summary><c>henge ring</c>: who is in the ring, who holds how much, what is moving.</summary>
internal static class RingCommand
{
    private static readonly CommandOption _json = new()
    {
        Name = "json",
        Kind = OptionKind.Switch,
        FlagOnly = true,
        Help = "Print the node's answer as JSON.",
    };

    private static readonly IReadOnlyList<CommandOption> _options = [_json, .. ClientOptions.All];

    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "ring",
        Summary = "show the ring: members, slots, transfers",
        Usage = [("henge ring", "the ring as a node sees it")],
        Options = _options,
        Run = Run,
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        OptionValues values = new(_options, arguments.Flags, terminal.Environment);
        ClientOptions.RefuseOperands(arguments);
        NodeTarget target = ClientOptions.Target(values, terminal);
        byte[] answer = HttpQuestion.Ask(target, "/v1/cluster");
        RingReport report = HttpQuestion.Parse(target, answer, RingReportJson.Default.RingReport);
        if (values.Switch(_json))
        {
            terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(answer).TrimEnd());
        }
        else if (terminal.IsTerminal)
        {
            RingDisplay.WriteForPeople(report, terminal);
        }
        else
        {
            RingDisplay.WritePlain(report, terminal.Out);
        }
        return ExitCode.Ok;
    }
}

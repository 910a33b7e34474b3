using System.Text;

using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;
using Henge.Server.Status;

namespace Henge.Server.Top;

/// <summary><c>henge top</c>: what a node is busy with, and the keys that the ring is busy with.</summary>
internal static class TopCommand
{
    private static readonly CommandOption _every = new()
    {
        Name = "every",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "2s",
        Minimum = 100,
        FlagOnly = true,
        Help = "Time between two looks.",
    };

    private static readonly CommandOption _count = new()
    {
        Name = "count",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "0",
        DefaultWords = "no end",
        FlagOnly = true,
        Help = "End after so many pictures.",
    };

    private static readonly CommandOption _keys = new()
    {
        Name = "keys",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "5",
        Minimum = 1,
        Maximum = 100,
        FlagOnly = true,
        Help = "Keys in each list.",
    };

    private static readonly CommandOption _local = new()
    {
        Name = "local",
        Kind = OptionKind.Switch,
        FlagOnly = true,
        Help = "Keys of this node alone, not of the ring.",
    };

    private static readonly CommandOption _json = new()
    {
        Name = "json",
        Kind = OptionKind.Switch,
        FlagOnly = true,
        Help = "Print what the node says of keys, once, as JSON.",
    };

    private static readonly IReadOnlyList<CommandOption> _options =
        [_every, _count, _keys, _local, _json, .. ClientOptions.All];

    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "top",
        Summary = "show live what a node is busy with: commands, hot keys, large entries",
        Usage = [("henge top", "rates and commands of a node, and the keys in most use in its ring, until Ctrl-C")],
        Options = _options,
        Run = Run,
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        OptionValues values = new(_options, arguments.Flags, terminal.Environment);
        ClientOptions.RefuseOperands(arguments);
        NodeTarget target = ClientOptions.Target(values, terminal);
        string path = $"/v1/hotkeys?count={values.Integer(_keys)}{(values.Switch(_local) ? "&local=true" : "")}";
        if (values.Switch(_json))
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(HttpQuestion.Ask(target, path)).TrimEnd());
            return ExitCode.Ok;
        }
        using NodeConnection connection = NodeConnection.Connect(target);
        StatusWatch.RunAsync(
            connection, target.Address.ToString(), values.Time(_every), values.Integer(_count), terminal,
            (rates, to) => TopView.Write(
                HttpQuestion.Parse(target, HttpQuestion.Ask(target, path), TopReportJson.Default.TopReport), rates, to))
            .GetAwaiter().GetResult();
        return ExitCode.Ok;
    }
}

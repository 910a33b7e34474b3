using System.Runtime.InteropServices;

using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server.Bench;

/// <summary><c>henge bench</c>: loads a node, or any Redis-compatible server, and says how it did.</summary>
internal static class BenchCommand
{
    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "bench",
        Summary = "load a node and measure it",
        Usage = [("henge bench", "load a node, or any Redis-compatible server, and measure it")],
        Options = BenchOptions.All,
        Run = Run,
        Notes =
        [
            "It writes and overwrites the keys key:000000000000 and on. Ctrl-C ends it early and prints what it has.",
            "With GETs in the load every key is set first, which does not count.",
        ],
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        OptionValues values = new(BenchOptions.All, arguments.Flags, terminal.Environment);
        ClientOptions.RefuseOperands(arguments);
        BenchPlan plan = BenchPlan.From(values, terminal);
        using CancellationTokenSource interrupt = new();
        using PosixSignalRegistration signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            // A second Ctrl-C ends the process as ever.
            context.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        });
        BenchResult result = new BenchRun(plan, terminal, interrupt.Token).Run();
        if (values.Switch(BenchOptions.Json))
        {
            BenchView.WriteJson(result, terminal.Out);
        }
        else if (terminal.IsTerminal)
        {
            Panel.Write(terminal, "henge bench", BenchView.Rows(result));
        }
        else
        {
            BenchView.WritePlain(result, terminal.Out);
        }
        return result.Failure is null && result.Totals.Errors == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}

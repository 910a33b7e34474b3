using System.Globalization;

using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;
using Henge.Values;

namespace Henge.Server.Snapshots;

/// <summary><c>henge snapshot</c>: has a node write a snapshot, and waits until it is on disk.</summary>
internal static class SnapshotCommand
{
    private const string EraseLine = "\r\e[K";

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "snapshot",
        Summary = "have a node write a snapshot",
        Usage = [("henge snapshot", "write what a node holds into its data directory, while it serves")],
        Options = ClientOptions.All,
        Run = Run,
        Notes = ["The node needs --data-dir. It writes one by itself when it stops; docs/snapshots.md says more."],
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        OptionValues values = new(ClientOptions.All, arguments.Flags, terminal.Environment);
        ClientOptions.RefuseOperands(arguments);
        NodeTarget target = ClientOptions.Target(values, terminal);
        using NodeConnection connection = NodeConnection.Connect(target);
        connection.Ask("BGSAVE"u8.ToArray());
        SnapshotReport report = Await(connection, terminal);
        if (report.Error.Length > 0)
        {
            throw new RequestFailedException($"{target.Address} wrote no snapshot: {report.Error}");
        }
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Address} wrote a snapshot of {ByteSize.Format(report.Bytes)} in {report.Seconds} s"));
        return ExitCode.Ok;
    }

    private static SnapshotReport Await(NodeConnection connection, Terminal terminal)
    {
        bool drawn = false;
        using PeriodicTimer timer = new(s_lookEvery);
        while (true)
        {
            var report = SnapshotReport.Parse(
                connection.Ask("INFO"u8.ToArray(), "persistence"u8.ToArray()).Text);
            if (!report.IsWriting)
            {
                Clear(terminal, drawn);
                return report;
            }
            if (terminal.ErrorIsTerminal)
            {
                drawn = true;
                long percent = report.Total == 0 ? 100 : Math.Min(100, report.Written * 100 / report.Total);
                terminal.Error.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{EraseLine}writing: {report.Written:N0} entries, {percent} %"));
            }
            timer.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static void Clear(Terminal terminal, bool drawn)
    {
        if (drawn)
        {
            terminal.Error.Write(EraseLine);
        }
    }
}

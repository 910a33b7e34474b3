using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server;

/// <summary>
/// The whole command: picks the subcommand, prints help and version, turns usage errors into one line.
/// </summary>
internal static class HengeCommand
{
    /// <summary>Every subcommand; the first is what runs when none is named.</summary>
    public static IReadOnlyList<Subcommand> Subcommands { get; } =
    [
        Serve.ServeCommand.Subcommand,
        Status.StatusCommand.Subcommand,
        Top.TopCommand.Subcommand,
        Ring.RingCommand.Subcommand,
        .. Client.KeyCommands.Subcommands,
        Snapshots.SnapshotCommand.Subcommand,
        Bench.BenchCommand.Subcommand,
        Users.UserCommand.Subcommand,
    ];

    /// <summary>Runs a command line and returns the exit code.</summary>
    public static int Run(string[] arguments, Terminal terminal)
    {
        try
        {
            return Dispatch(arguments, terminal);
        }
        catch (UsageException error)
        {
            terminal.Error.WriteLine("henge: " + error.Message);
            return ExitCode.Usage;
        }
        catch (Client.RequestFailedException error)
        {
            terminal.Error.WriteLine("henge: " + error.Message);
            return ExitCode.Failed;
        }
    }

    private static int Dispatch(string[] arguments, Terminal terminal)
    {
        string first = arguments.Length > 0 ? arguments[0] : "";
        if (first is "--version" or "-version" or "version")
        {
            terminal.Out.WriteLine("henge " + ProductVersion.Text);
            return ExitCode.Ok;
        }
        if (first == "help")
        {
            return Help(arguments.Length > 1 ? Find(arguments[1]) : null, terminal);
        }
        bool named = first.Length > 0 && !ArgumentParser.IsOption(first);
        Subcommand subcommand = named ? Find(first) : Subcommands[0];
        ParsedArguments parsed = ArgumentParser.Parse(arguments.AsSpan(named ? 1 : 0), subcommand);
        if (parsed.Help)
        {
            return Help(named ? subcommand : null, terminal);
        }
        return subcommand.Run(parsed, terminal);
    }

    private static int Help(Subcommand? subcommand, Terminal terminal)
    {
        HelpWriter help = new(terminal);
        if (subcommand is null)
        {
            help.Overview(Subcommands);
        }
        else
        {
            help.Page(subcommand);
        }
        return ExitCode.Ok;
    }

    private static Subcommand Find(string name)
    {
        foreach (Subcommand subcommand in Subcommands)
        {
            if (subcommand.Name == name)
            {
                return subcommand;
            }
        }
        string? meant = Suggestion.For(name, Subcommands.Select(subcommand => subcommand.Name));
        string mend = meant is null ? "" : $"did you mean `henge {meant}`? ";
        throw new UsageException($"unknown subcommand {name}: {mend}`henge --help` lists them all");
    }
}

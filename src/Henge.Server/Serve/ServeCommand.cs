using System.Runtime.CompilerServices;

using Henge.AspNetCore.Hosting;
using Henge.Server.CommandLine;
using Henge.Server.Display;
using Henge.Server.Logging;
using Henge.Server.Telemetry;
using Henge.Values;

using Microsoft.Extensions.Logging;

namespace Henge.Server.Serve;

/// <summary>
/// <c>henge serve</c>, and <c>henge</c> alone: runs a node until a signal stops it. Prints one line when it is ready
/// and nothing else on standard output; what happens afterwards is logged to standard error.
/// </summary>
internal static class ServeCommand
{
    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "serve",
        Summary = "run a node",
        Usage = [("henge [serve] [options]", "run a node until SIGTERM or Ctrl-C")],
        Options = ServeOptions.All,
        Run = Run,
        Notes =
        [
            "One dash is as good as two, and = as good as a space: -port=8000 is --port 8000.",
            "Each option is also an environment variable (--max-entries: HENGE_MAX_ENTRIES) and a name in the --config "
                + "file (maxEntries). A flag goes before the environment, the environment before the file.",
        ],
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count > 0)
        {
            throw new UsageException(
                $"unexpected argument {arguments.Operands[0]}: options begin with a dash, as in --port 8000");
        }
        OptionValues values = new(ServeOptions.All, arguments.Flags, terminal.Environment, ServeOptions.Config);
        HengeOptions options = NodeOptions.From(values, MachineMemory.Bytes);
        using LineLoggerFactory loggers = new(terminal.Error, Level(values), TimeProvider.System);
        using StopSignals signals = new(loggers.CreateLogger("Henge.Server"), options.Limits.StopTimeout);
        try
        {
            return ServeAsync(options, values, terminal, loggers, signals).GetAwaiter().GetResult();
        }
        catch (HengeStartException error)
        {
            throw new UsageException(error.Message);
        }
    }

    private static async Task<int> ServeAsync(
        HengeOptions options, OptionValues values, Terminal terminal, LineLoggerFactory loggers, StopSignals signals)
    {
        ILogger logger = loggers.CreateLogger("Henge.Server");
        OtlpVariables otlp = OtlpVariables.Read(terminal.Environment);
        HengeNode node = new(options, TimeProvider.System, loggers);
        HttpHost http = new(node);
        signals.Refreshing = () => node.Secrets.Refresh(all: true);
        await using (node.ConfigureAwait(false))
        await using (http.ConfigureAwait(false))
        {
            await WarmUp.RunAsync(options.Transport).ConfigureAwait(false);
            await http.StartAsync(CancellationToken.None).ConfigureAwait(false);
            await node.StartAsync(CancellationToken.None).ConfigureAwait(false);
            ServiceNotice notice = new(node, terminal.Environment);
            await using ConfiguredAsyncDisposable told = notice.ConfigureAwait(false);
            using IDisposable? sender = otlp.IsAnySent ? Send(node, otlp, logger) : null;
            if (await Task.WhenAny(node.Joined, signals.First).ConfigureAwait(false) == node.Joined)
            {
                string addresses = string.Join(", ", node.EndPoints.Select(endPoint => endPoint.ToString()));
                notice.Ready();
                terminal.Out.WriteLine($"henge {ProductVersion.Text} ready on {addresses} (HTTP, Redis)");
            }
            await signals.First.ConfigureAwait(false);
            TimeSpan limit = options.LeaveTimeout + options.Limits.StopTimeout;
            notice.Stopping(limit);
            await StopAsync(node, http, limit, logger).ConfigureAwait(false);
        }
        return ExitCode.Ok;
    }

    /// <summary>Not inlined: who sends nothing does not load what sends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpSender Send(HengeNode node, OtlpVariables otlp, ILogger logger) => new(node, otlp, logger);

    /// <summary>The node first, since it accepts for both; what is in flight on either side shares one limit.</summary>
    private static async Task StopAsync(HengeNode node, HttpHost http, TimeSpan limit, ILogger logger)
    {
        using CancellationTokenSource late = new(limit);
        try
        {
            await node.StopAsync(late.Token).ConfigureAwait(false);
            await http.StopAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            Log.StoppedLate(logger, Duration.Format(limit));
        }
    }

    private static LogLevel Level(OptionValues values) => values.Choice(ServeOptions.LogLevel) switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.None,
    };
}

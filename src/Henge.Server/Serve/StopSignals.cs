using System.Runtime.InteropServices;

using Henge.Values;

using Microsoft.Extensions.Logging;

namespace Henge.Server.Serve;

/// <summary>
/// SIGTERM and Ctrl-C: the first asks for a graceful stop, the second ends the process at once. SIGHUP has files of
/// secrets read again.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // What shells report for a process that a signal ended.
    private const int ExitBySignal = 128;
    private const int InterruptNumber = 2;
    private const int TerminateNumber = 15;

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _hangUp;
    private readonly ILogger _logger;
    private readonly TimeSpan _limit;

    /// <summary>Begins to listen for the signals.</summary>
    public StopSignals(ILogger logger, TimeSpan limit)
    {
        _logger = logger;
        _limit = limit;
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Refresh);
    }

    /// <summary>What SIGHUP does; null: nothing.</summary>
    public Action? Refreshing { get; set; }

    /// <summary>Completes with the first signal.</summary>
    public Task First => _first.Task;

    /// <summary>Gives the signals back to the system.</summary>
    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _hangUp.Dispose();
    }

    private void Refresh(PosixSignalContext context)
    {
        context.Cancel = true;
        Refreshing?.Invoke();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        bool interrupt = context.Signal == PosixSignal.SIGINT;
        if (_first.TrySetResult())
        {
            Log.Stopping(_logger, interrupt ? "Interrupted" : "Asked to stop", Duration.Format(_limit));
            return;
        }
        Environment.Exit(ExitBySignal + (interrupt ? InterruptNumber : TerminateNumber));
    }
}

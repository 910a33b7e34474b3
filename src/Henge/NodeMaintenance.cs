namespace Henge;

/// <summary>
/// The node's background thread: every 50 ms it lets the store sweep what has expired, in bounded pieces, and yields
/// between them so that the loops get at the shards. Leases that have ended go once a second.
/// </summary>
internal sealed class NodeMaintenance : IAsyncDisposable
{
    /// <summary>
    /// Time between two rounds. Expired memory has to be free within a second, so there is ample room.
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Once a second leases that have ended are taken away, and files of secrets looked at.</summary>
    private const int RoundsPerLeaseSweep = 20;

    private readonly HengeNode _node;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;

    /// <summary>Creates it; nothing runs yet.</summary>
    public NodeMaintenance(HengeNode node) => _node = node;

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        _thread = new Thread(Run, 256 << 10) { IsBackground = true, Name = "henge maintenance" };
        _thread.Start();
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_thread is not null)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _stopped.Task.ConfigureAwait(false);
        }
        _stop.Dispose();
    }

    private void Run()
    {
        CancellationToken stop = _stop.Token;
        int untilSweep = 0;
        while (!stop.WaitHandle.WaitOne(Interval))
        {
            try
            {
                _node.Sampler.Tick(_node.NowMs);
                if (--untilSweep <= 0)
                {
                    untilSweep = RoundsPerLeaseSweep;
                    _node.Leases.Sweep();
                    _node.Secrets.Refresh(all: false);
                    _node.Snapshots?.Follow();
                }
                while (_node.SweepsExpired && _node.Store.Tick(_node.NowMs) && !stop.IsCancellationRequested)
                {
                    Thread.Yield();
                }
            }
            catch (Exception exception)
            {
                Log.MaintenanceFailed(_node.Logger, exception);
            }
        }
        _stopped.SetResult();
    }
}

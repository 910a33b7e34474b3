namespace Henge.Discovery.Etcd;

/// <summary>Pauses between questions to etcd: they grow with failures, and differ from node to node.</summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="chance">From 0 to below 1.</param>
internal sealed class EtcdPause(TimeProvider timeProvider, Func<double> chance)
{
    private const int FirstMs = 1000;
    private const int MostMs = 5000;

    /// <summary>Waits for a task, at most so long; returns whether it is over.</summary>
    public async Task<bool> UntilAsync(Task happens, TimeSpan longest, CancellationToken cancellationToken)
    {
        await Task.WhenAny(happens, Task.Delay(longest, timeProvider, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return happens.IsCompleted;
    }

    /// <summary>Waits 1 s, doubled with each failure in a row up to 5 s, a quarter less at most.</summary>
    public Task AfterFailureAsync(int failures, CancellationToken cancellationToken)
    {
        int ms = Math.Min(MostMs, FirstMs << Math.Clamp(failures - 1, 0, 8));
        return Task.Delay(
            TimeSpan.FromMilliseconds(ms * (0.75 + (chance() / 4))), timeProvider, cancellationToken);
    }
}

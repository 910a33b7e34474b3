using Henge.Entries;
using Henge.Entries.Leases;

namespace Henge.Caching.Engine;

/// <summary>
/// Keeps the lease of a key while a factory of this process works: the lease itself is short, so that the next caller
/// has not long to wait when this process dies, and is given anew as long as it lives. After
/// <see cref="LeaseRequest.LongestMs"/> it is left to end: a factory that hangs must not keep all processes off for
/// ever.
/// </summary>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    // Two may be lost.
    private const int PerLease = 3;

    private readonly HengeNode _node;
    private readonly byte[] _key;
    private readonly LeaseToken _token;
    private readonly int _leaseMs;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _work;

    /// <summary>Begins; dispose it when the factory has ended.</summary>
    /// <param name="node">The node.</param>
    /// <param name="key">The key of the lease.</param>
    /// <param name="token">The lease.</param>
    /// <param name="leaseMs">How long it is given for each time.</param>
    public LeaseRenewal(HengeNode node, byte[] key, LeaseToken token, int leaseMs)
    {
        (_node, _key, _token, _leaseMs) = (node, key, token, leaseMs);
        _work = RunAsync();
    }

    /// <summary>Ends it; what is under way is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        TimeProvider time = _node.TimeProvider;
        long began = time.GetTimestamp();
        var every = TimeSpan.FromMilliseconds((double)_leaseMs / PerLease);
        bool isHeld = true;
        while (isHeld && time.GetElapsedTime(began).TotalMilliseconds < LeaseRequest.LongestMs - _leaseMs)
        {
            await Task.Delay(every, time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isHeld = !_ended.IsCancellationRequested && await RenewAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> RenewAsync()
    {
        try
        {
            EntryAnswer answer = await _node.LeaseCalls.RenewAsync(_key, _token, _leaseMs, _ended.Token)
                .ConfigureAwait(false);
            return answer.Status == EntryStatus.Done;
        }
        catch (HengeException)
        {
            // The owner may answer the next time.
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}

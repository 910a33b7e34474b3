using Henge.Cluster.FirstLevels;

namespace Henge.Caching.Engine;

/// <summary>
/// One search for one key, and all callers in this process who wait for it. A caller that is cancelled leaves; when the
/// last leaves, the work is cancelled, and whoever comes then begins another flight:
/// <code>
/// join ---> waits ---> takes the landing, or the factory's exception
///             \---> its token: leaves ---(the last)---> the work's token
/// </code>
/// Callers are counted under the lock, so nobody joins what was given up.
/// </summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class Flight<T> : IDisposable
{
    private readonly TaskCompletionSource<Landing<T>> _landing =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _work = new();
    private readonly Lock _lock = new();
    private int _callers = 1;
    private bool _isOver;

    /// <summary>Creates it; one caller waits.</summary>
    /// <param name="begun">The moment, to know whether the key has changed since.</param>
    /// <param name="attributes">The tags of what is made, as attributes.</param>
    /// <param name="since">The moment, to know whether the tags were invalidated since.</param>
    public Flight(in Stamp begun, byte[] attributes, ulong since)
    {
        (Begun, Attributes, Since) = (begun, attributes, since);
        Token = _work.Token;
    }

    /// <summary>When it began; a change of the key that is known here shows by it.</summary>
    public Stamp Begun { get; }

    /// <summary>The tags of what is made, as attributes.</summary>
    public byte[] Attributes { get; }

    /// <summary>When it began; an invalidation of tags passes it.</summary>
    public ulong Since { get; }

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Token { get; }

    /// <summary>One more caller waits; false when it is over or was given up.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return false;
            }
            _callers++;
            return true;
        }
    }

    /// <summary>It flies: what comes of the work is what all callers get. Ends when the work has.</summary>
    public async Task FlyAsync(Task<Landing<T>> work)
    {
        await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.IsCompletedSuccessfully)
        {
            _landing.TrySetResult(await work.ConfigureAwait(false));
        }
        else if (work.IsCanceled)
        {
            _landing.TrySetCanceled(Token);
        }
        else
        {
            _landing.TrySetException(work.Exception!.InnerExceptions);
            // All callers may have left.
            _ = _landing.Task.Exception;
        }
    }

    /// <summary>
    /// Gives all callers what there is, while the work goes on: nobody can cancel it any more.
    /// </summary>
    public void LandEarly(Landing<T> landing)
    {
        lock (_lock)
        {
            _callers++;
        }
        _landing.TrySetResult(landing);
    }

    /// <summary>Waits as one of its callers.</summary>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="Exception">What the factory threw.</exception>
    public async ValueTask<T> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            Landing<T> landing = await _landing.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return landing.Take();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The work has ended: nobody can join or cancel it any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _work.Dispose();
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_callers == 0 && !_isOver)
            {
                _isOver = true;
                // What the factory has registered runs on the thread pool: it does not hold up who leaves.
                _ = _work.CancelAsync();
            }
        }
    }
}

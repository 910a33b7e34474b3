using Henge.Cluster;
using Henge.Cluster.Repairs;
using Henge.Peers;

namespace Henge.Snapshots;

/// <summary>Asks the cluster thread from the threads that read and write snapshots, which have time to wait.</summary>
internal static class RestoreCalls
{
    /// <summary>Has the core do something and waits for what comes of it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the core may do it all the same.</exception>
    public static T Ask<T>(this RingHost ring, Func<Restoration, Instant, T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        ring.Restore((core, now) => done.TrySetResult(work(core, now)));
        done.Task.Wait(cancellationToken);
        return done.Task.Result;
    }
}

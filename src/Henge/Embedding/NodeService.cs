using System.Diagnostics.Metrics;

using Henge.Caching.Engine;
using Henge.Diagnostics.Meters;

using Microsoft.Extensions.Hosting;

namespace Henge.Embedding;

/// <summary>
/// Runs the node of an application. It starts before any other hosted service, so that they find the ring, and leaves
/// after all of them have stopped, since the last requests still use the cache:
/// <code>
/// host starts:  StartingAsync  listen, join the ring (bounded)  -> others start, the application serves
/// host stops:   others stop, requests are finished  -> StoppedAsync  hand over, say goodbye, close
/// </code>
/// A host that knows no such steps (before .NET 8) calls the plain ones.
/// </summary>
internal sealed class NodeService : IHostedLifecycleService, IDisposable
{
    private readonly HengeNode _node;
    private readonly NodeMeters _meters;
    private bool _knowsSteps;

    /// <summary>Creates the service of a node.</summary>
    public NodeService(HengeNode node, CacheEngine caches, IMeterFactory? meters)
    {
        _node = node;
        _meters = new NodeMeters(node, meters);
        node.Entries.Meters = _meters.Calls;
        caches.Meters = _meters.Caches;
        if (caches.First is { } first)
        {
            _meters.Caches.Watch(first);
            node.Entries.HasFirstLevel = true;
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _knowsSteps = true;
        return BeginAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _knowsSteps ? Task.CompletedTask : BeginAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _knowsSteps ? Task.CompletedTask : _node.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => _node.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _meters.Dispose();

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _node.Start();
        try
        {
            await _node.Joined.WaitAsync(_node.Options.StartTimeout, _node.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.StartsUnjoined(_node.Logger, _node.Options.StartTimeout);
        }
    }
}

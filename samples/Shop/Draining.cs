using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop;

/// <summary>
/// Lets nobody notice a stop: as soon as the host is to stop, the health check says no, and the instance serves on for
/// a while, in which a load balancer sees that and sends to others. Only then is no request taken any more; those under
/// way are finished, and last the node hands over what it holds. <c>--drain</c> is how long: more than the balancer
/// takes to look; 2 s here.
/// </summary>
public sealed class Draining(IConfiguration configuration) : IHostedLifecycleService, IHealthCheck
{
    private readonly TimeSpan _time = configuration.GetValue("drain", TimeSpan.FromSeconds(2));
    private volatile bool _isStopping;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        await Task.Delay(_time, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _isStopping ? HealthCheckResult.Unhealthy("It is about to stop.") : HealthCheckResult.Healthy());

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Henge.Cluster.Members;

namespace Henge.Cluster;

/// <summary>
/// Keeps a process that did not run for a while (stopped, swapped out, a sleeping host) from serving what it knew
/// before: the lanes may serve for a bounded time after each turn of the cluster thread, and after a gap not before
/// every member that can be asked has answered. Who was suspected meanwhile learns so from the answers.
/// </summary>
internal sealed class PauseGuard
{
    private readonly int _guardMs;
    private readonly LaneShared _shared;
    private readonly Membership _membership;
    private readonly IClusterHost _host;
    private long _lastMs;
    private bool _isVerifying;
    private bool _isHeldBack;

    /// <summary>Creates a guard.</summary>
    public PauseGuard(ClusterOptions options, LaneShared shared, Membership membership, IClusterHost host) =>
        (_guardMs, _shared, _membership, _host) = (options.PauseGuardMs, shared, membership, host);

    /// <summary>The first turn.</summary>
    public void Start(Instant now)
    {
        _lastMs = now.MonotonicMs;
        _shared.ServeUntilMs = now.MonotonicMs + _guardMs;
    }

    /// <summary>A turn; call it before anything else of the turn.</summary>
    public void Tick(Instant now)
    {
        long gap = now.MonotonicMs - _lastMs;
        _lastMs = now.MonotonicMs;
        if (gap > _guardMs)
        {
            _isVerifying = true;
            _membership.Verify(now);
            _host.Report(new ClusterEvent(ClusterEventKind.Paused, _membership.Self, "did not run", gap));
        }
        if (_isVerifying && _membership.IsVerified)
        {
            _isVerifying = false;
        }
        Allow(now);
    }

    /// <summary>
    /// Whether it must not serve for another reason: others know of invalidations that it has not heard of.
    /// </summary>
    public void HoldBack(bool isHeldBack, Instant now)
    {
        if (isHeldBack == _isHeldBack)
        {
            return;
        }
        _isHeldBack = isHeldBack;
        if (isHeldBack)
        {
            _shared.ServeUntilMs = long.MinValue;
        }
        Allow(now);
    }

    private void Allow(Instant now)
    {
        if (!_isVerifying && !_isHeldBack)
        {
            _shared.ServeUntilMs = now.MonotonicMs + _guardMs;
        }
    }
}

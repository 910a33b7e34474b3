using System.Globalization;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Routing.Operations;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Henge.Diagnostics;

/// <summary>
/// How the node of this application is: <c>services.AddHealthChecks().AddCheck&lt;HengeHealthCheck&gt;("henge")</c>.
/// <list type="bullet">
/// <item>Healthy: it belongs to a ring, serves, and every member answers.</item>
/// <item>Degraded: it serves, but a member does not answer, data that it is to hold is on its way, or peers are
/// configured and it is alone.</item>
/// <item>Unhealthy (or what the registration says): it has not joined yet, it stops, or nobody in the ring holds
/// entries, so that calls on the cache fail.</item>
/// </list>
/// It looks at what the node knows, and asks nobody: it takes microseconds and never waits.
/// </summary>
public sealed class HengeHealthCheck : IHealthCheck
{
    private readonly HengeNode _node;

    internal HengeHealthCheck(HengeNode node) => _node = node;

    /// <summary>Says how the node is.</summary>
    /// <param name="context">The registration, for the status of a failure.</param>
    /// <param name="cancellationToken">Not looked at: nothing is waited for.</param>
    /// <returns>The status, one line that says why, and the numbers of members by state.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(Look(context.Registration?.FailureStatus ?? HealthStatus.Unhealthy));
    }

    private HealthCheckResult Look(HealthStatus failure)
    {
        if (!_node.Ready || _node.Ring is not { } ring)
        {
            return new HealthCheckResult(failure, "The node has not joined its ring, or it stops.");
        }
        ClusterSnapshot snapshot = ring.Snapshot;
        int suspects = Count(snapshot, MemberState.Suspect);
        var facts = new Dictionary<string, object>
        {
            ["alive"] = Count(snapshot, MemberState.Alive),
            ["suspect"] = suspects,
            ["dead"] = Count(snapshot, MemberState.Dead),
        };
        if (!snapshot.IsAlone && snapshot.Access[0] == SlotAccess.Nobody)
        {
            return new HealthCheckResult(failure, "No member of the ring holds entries.", data: facts);
        }
        string? why = suspects > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{suspects} members of the ring do not answer.")
            : !snapshot.IsAlone && PeerRingCommands.IsLoading(snapshot) ? "Data of this node is on its way."
            : snapshot.IsAlone && HasPeers ? "No peer answers; the node is a ring of its own."
            : null;
        return why is null
            ? HealthCheckResult.Healthy("The node serves.", facts)
            : HealthCheckResult.Degraded(why, data: facts);
    }

    private bool HasPeers =>
        _node.Options.Peers.Count > 0 || _node.Discovery.Status.Any(static status => status.Addresses > 1);

    private static int Count(ClusterSnapshot snapshot, MemberState state) =>
        snapshot.Members.Values.Count(member => member.State == state);
}

using Henge.Cluster.Lanes;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Workload;

/// <summary>The replies of requests that a session carried out directly, until their writes are replicated.</summary>
internal sealed class SimHold(World world, SimNode node, IReadOnlyList<Request> requests) : Hold
{
    /// <inheritdoc/>
    public override void Release(Outcome outcome)
    {
        foreach (Request request in requests)
        {
            if (outcome == Outcome.Done)
            {
                world.Oracle.Released(node, request);
            }
            world.Oracle.Ended(request, outcome);
        }
    }
}

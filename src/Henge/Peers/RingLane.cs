using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Diagnostics.Figures;
using Henge.Routing.Operations;

namespace Henge.Peers;

/// <summary>
/// A lane and the thread it belongs to, as sessions and HTTP see them: one for each loop of the epoll transport, one
/// for all connections of the portable one. But for <see cref="Post"/> and <see cref="Enter"/>, everything is for its
/// thread.
/// </summary>
internal abstract class RingLane
{
    /// <summary>Creates the lane of a node.</summary>
    protected RingLane(HengeNode node)
    {
        Node = node;
        Figures = node.Options.Metrics ? new LaneFigures(node.TimeProvider) : null;
        Commands = new CommandRunner(node, Figures);
        Operations = new SpareOperations(node, this);
    }

    /// <summary>The node.</summary>
    public HengeNode Node { get; }

    /// <summary>What its thread counts for metrics; null where they are off.</summary>
    public LaneFigures? Figures { get; }

    /// <summary>Runs the commands of operations.</summary>
    public CommandRunner Commands { get; }

    /// <summary>Operations to be used again.</summary>
    public SpareOperations Operations { get; }

    /// <summary>The lane. Use it between <see cref="Enter"/> and <see cref="Exit"/> only.</summary>
    public abstract Lane Lane { get; }

    /// <summary>What commands that run on this thread change, until the lane has taken it.</summary>
    public abstract ChangeBuffer Changes { get; }

    /// <summary>The moment of this turn by both clocks.</summary>
    public abstract Instant Now { get; }

    /// <summary>
    /// Makes the calling thread the lane's. On an epoll loop there is nothing to do, since only the loop calls it; on
    /// the portable transport it takes the lane's gate. Does not nest.
    /// </summary>
    public virtual void Enter()
    {
    }

    /// <summary>Gives the lane back, and has sent what it gathered where no turn of a loop will do it.</summary>
    public virtual void Exit()
    {
    }

    /// <inheritdoc cref="ILaneHost.TryAnswer"/>
    public bool TryAnswer(ReadOnlySpan<byte> request, MessageWriter answer, Instant now) =>
        request is [(byte)RequestKind.Commands, ..] && Commands.TryRead(request[1..], Lane, answer, now);

    /// <summary>Runs work on the lane's thread, soon; safe from any thread, the lane's own included.</summary>
    public abstract void Post(Action<RingLane> work);
}

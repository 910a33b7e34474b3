using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Workload;

/// <summary>A request as one node's lane carries it through: at the node that was asked, or at the owner.</summary>
internal sealed class SimOperation(World world, SimNode node, Request request, bool isForOther) : Operation
{
    public Request Request => request;

    /// <inheritdoc/>
    public override int KeyCount => request.Keys.Length;

    /// <inheritdoc/>
    public override bool Writes => request.Writes;

    /// <inheritdoc/>
    public override bool ReadsKeys => request.Kind is not
        (OperationKind.Set or OperationKind.SetTagged or OperationKind.SetExpiring or OperationKind.SetMany);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) => world.Keys.Name(request.Keys[index]);

    /// <inheritdoc/>
    public override Slot SlotAt(int index) => world.Keys.SlotOf(request.Keys[index]);

    /// <inheritdoc/>
    public override void Execute(Instant now) => Commands.Execute(world, node, request, now);

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer)
    {
        writer.Int64(request.Id);
        // As large as the command would be.
        writer.Bytes(Commands.ValueOf(request, 0));
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote; null when it makes no sense.</summary>
    public static SimOperation? Read(World world, SimNode node, ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        Request? request = world.Oracle.Find(reader.Int64());
        return request is not null && reader.Bytes().SequenceEqual(Commands.ValueOf(request, 0)) && reader.IsDone
            ? new SimOperation(world, node, request, isForOther: true) : null;
    }

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer)
    {
        world.Oracle.Released(node, request);
        writer.Int64(request.Id);
        writer.Int64(request.Result);
    }

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        if (isForOther)
        {
            return;
        }
        if (outcome == Outcome.Done && wasRemote)
        {
            var reader = new MessageReader(reply);
            bool isItsOwn = reader.Int64() == request.Id;
            long result = reader.Int64();
            // A read that lost its link is carried out again.
            if (!isItsOwn || !reader.IsDone || (result != request.Result && request.Executions == 1))
            {
                world.Fail("I25", $"{request} got the answer of another request, or a broken one");
            }
        }
        else if (outcome == Outcome.Done)
        {
            world.Oracle.Released(node, request);
        }
        world.Oracle.Ended(request, outcome);
    }
}

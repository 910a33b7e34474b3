using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Simulator.Checks;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Workload;

/// <summary>A request as one node's lane carries it through: at the node that was asked, or at the owner.</summary>
internal sealed class SimOperation(World world, SimNode node, Request request, bool isForOther) : Operation
{
    private long _kept = -1;

    public Request Request => request;

    /// <summary>When a first level began to ask.</summary>
    public Stamp Begun { get; init; }

    /// <summary>What was read for a first level.</summary>
    public KeptRead Kept => world.Oracle.Kept.Find(_kept);

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
    public override void Execute(Instant now)
    {
        if (request.Kind != OperationKind.Keep)
        {
            Commands.Execute(world, node, request, now);
            return;
        }
        _kept = world.Oracle.Kept.Begin(node, request.Node, request.Keys[0]);
        Commands.Execute(world, node, request, now);
        Kept.Version = (ulong)request.Result;
    }

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
        writer.Int64(_kept);
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
            _kept = reader.Int64();
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
        if (request.Writes)
        {
            // As a cache does: its process reads its own writes.
            node.Core.Coherence.Reader.Invalidate(KeyAt(0));
        }
        else if (request.Kind == OperationKind.Keep && outcome == Outcome.Done)
        {
            node.FirstLevel!.Keep(request.Keys[0], Begun, Kept);
        }
        world.Oracle.Ended(request, outcome);
    }
}

using Henge.Simulator.Workload;
using Henge.Storage;

namespace Henge.Simulator.Nodes;

/// <summary>
/// Shows every change that a command makes to the record of the run, and hands it to the lane whose turn it is.
/// </summary>
internal sealed class NodeChanges(World world, SimNode node) : IChangeSink
{
    /// <inheritdoc/>
    public void Changed(in EntryRecord record)
    {
        world.Oracle.Changed(node, record);
        node.LaneInTurn!.Changes.Changed(record);
        Tell(record.Key);
    }

    /// <inheritdoc/>
    public void Merged(ReadOnlySpan<byte> key) => Tell(key);

    private void Tell(ReadOnlySpan<byte> key)
    {
        node.FirstLevel?.Changed(KeySpace.IndexOf(key));
        node.Core.Coherence.Teller.Changed(key);
    }
}

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
        node.Core.Coherence.Teller.Changed(record.Key);
    }

    /// <inheritdoc/>
    public void Merged(ReadOnlySpan<byte> key) => node.Core.Coherence.Teller.Changed(key);
}

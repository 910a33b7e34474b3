using Henge.Cluster.Lanes;
using Henge.Storage;

namespace Henge.Peers.Lanes;

/// <summary>
/// Takes down what commands change, for the lane of the thread they run on. Threads that are in no lane change nothing
/// that others must have: merges and expiry are no changes, and commands run in lanes.
/// </summary>
internal sealed class NodeChanges : IChangeSink
{
    [ThreadStatic]
    private static ChangeBuffer? t_buffer;

    /// <summary>Says where changes of the calling thread go; null: nowhere.</summary>
    public static void Bind(ChangeBuffer? buffer) => t_buffer = buffer;

    /// <inheritdoc/>
    public void Changed(in EntryRecord record) => t_buffer?.Changed(in record);
}

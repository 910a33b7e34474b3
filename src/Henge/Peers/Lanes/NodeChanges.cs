using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Storage;

namespace Henge.Peers.Lanes;

/// <summary>
/// Takes down what commands change, for the lane of the thread they run on, and tells first levels. Threads that are in
/// no lane change nothing that others must have: merges and expiry are no changes, and commands run in lanes.
/// </summary>
/// <param name="teller">Tells first levels what changes here.</param>
internal sealed class NodeChanges(Teller teller) : IChangeSink
{
    [ThreadStatic]
    private static ChangeBuffer? t_buffer;

    /// <summary>Says where changes of the calling thread go; null: nowhere.</summary>
    public static void Bind(ChangeBuffer? buffer) => t_buffer = buffer;

    /// <inheritdoc/>
    public void Changed(in EntryRecord record)
    {
        t_buffer?.Changed(in record);
        teller.Changed(record.Key);
    }

    /// <inheritdoc/>
    public void Merged(ReadOnlySpan<byte> key) => teller.Changed(key);
}

using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Entries.Leases;
using Henge.Storage;

namespace Henge.Peers.Lanes;

/// <summary>
/// Takes down what commands change, for the lane of the thread they run on, tells first levels, and ends leases.
/// Threads that are in no lane change nothing that others must have: merges and expiry are no changes, and commands run
/// in lanes.
/// </summary>
/// <param name="teller">Tells first levels what changes here.</param>
/// <param name="leases">A change of a key ends its lease.</param>
internal sealed class NodeChanges(Teller teller, LeaseTable leases) : IChangeSink
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
        leases.Changed(record.Key);
    }

    /// <inheritdoc/>
    public void Merged(ReadOnlySpan<byte> key)
    {
        teller.Changed(key);
        leases.Changed(key);
    }
}

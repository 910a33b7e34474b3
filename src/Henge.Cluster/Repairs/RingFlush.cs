using Henge.Cluster.FirstLevels;
using Henge.Cluster.Members;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>Deletes everything up to a version that the members tell each other.</summary>
internal sealed class RingFlush(Store store, Membership membership, Coherence coherence)
{
    /// <summary>Begins a flush of the whole ring; returns its version.</summary>
    public ulong All(Instant now)
    {
        ulong version = store.Clock(now.UnixMs) + 1;
        store.Flush(version, now.UnixMs);
        coherence.Flushed();
        membership.FlushVersion = version;
        return version;
    }

    /// <summary>
    /// Flushes what others have. From a clock far ahead that would delete what is yet to be written: it waits until the
    /// time has come.
    /// </summary>
    public void Follow(Instant now)
    {
        ulong version = membership.FlushVersion;
        if (version > store.FlushVersion && store.AdvanceClock(version, now.UnixMs))
        {
            store.Flush(version, now.UnixMs);
            coherence.Flushed();
        }
    }
}

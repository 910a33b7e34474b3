namespace Henge.Cluster;

/// <summary>What the core and the lanes of one node tell each other without messages; safe from any thread.</summary>
internal sealed class LaneShared
{
    private long _serveUntilMs = long.MaxValue;
    private readonly ulong[] _doubtful = new ulong[Slot.Count / 64];
    private long _topologyMisses;
    private int _doubts;

    /// <summary>
    /// Until when (monotonic) this node may serve as owner without having heard from its cluster thread: a process that
    /// was stopped must not answer from what it knew before (docs/ring.md).
    /// </summary>
    public long ServeUntilMs
    {
        get => Volatile.Read(ref _serveUntilMs);
        set => Volatile.Write(ref _serveUntilMs, value);
    }

    /// <summary>Reads answered "miss" or with an error only because of a change of the ring.</summary>
    public long TopologyMisses => Volatile.Read(ref _topologyMisses);

    /// <summary>Counts one.</summary>
    public void CountTopologyMiss() => Interlocked.Increment(ref _topologyMisses);

    /// <summary>
    /// Whether a slot was marked since the last <see cref="TakeDoubtful"/>. Cheap enough for every tick.
    /// </summary>
    public bool HasDoubtful => Volatile.Read(ref _doubts) != 0;

    /// <summary>
    /// Marks a slot in which a write has not reached every copy and nobody tries any more: its copies must be compared.
    /// </summary>
    public void MarkDoubtful(Slot slot)
    {
        Interlocked.Or(ref _doubtful[slot.Number >> 6], 1UL << (slot.Number & 63));
        Volatile.Write(ref _doubts, 1);
    }

    /// <summary>Moves the marked slots to a list, in the order of their numbers; they are marked no longer.</summary>
    public void TakeDoubtful(List<Slot> slots)
    {
        Volatile.Write(ref _doubts, 0);
        for (int i = 0; i < _doubtful.Length; i++)
        {
            for (ulong bits = Interlocked.Exchange(ref _doubtful[i], 0); bits != 0; bits &= bits - 1)
            {
                slots.Add(new Slot((i << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits)));
            }
        }
    }
}

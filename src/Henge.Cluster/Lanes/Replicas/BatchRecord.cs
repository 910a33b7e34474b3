namespace Henge.Cluster.Lanes.Replicas;

/// <summary>One record of a <see cref="WriteBatch"/>.</summary>
internal struct BatchRecord
{
    /// <summary>Where its bytes begin.</summary>
    public int Offset;

    /// <summary>How many there are.</summary>
    public int Length;

    /// <summary>Of which slot it is.</summary>
    public Slot Slot;

    /// <summary>Who the slot's copies were when it was last addressed (<see cref="Neighbours.Fingerprint"/>).</summary>
    public uint Fingerprint;

    /// <summary>How often it was addressed: acknowledgements of earlier times no longer count.</summary>
    public ushort Attempt;

    /// <summary>Copies that have not acknowledged it.</summary>
    public byte Pending;

    /// <summary>Whether every copy has it.</summary>
    public bool IsDone;

    /// <summary>Whether its slot is not this node's any more.</summary>
    public bool IsForeign;
}

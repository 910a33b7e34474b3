namespace Henge.Cluster.Handoffs;

/// <summary>What this node is to a slot in the view in force.</summary>
internal enum SlotRole : byte
{
    /// <summary>No copy.</summary>
    None = 0,

    /// <summary>The owner.</summary>
    Owner = 1,

    /// <summary>One of the other copies.</summary>
    Replica = 2,
}

using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>What this node does for one slot in the view in force.</summary>
internal struct SlotDuty
{
    /// <summary>Owner, replica, or no copy.</summary>
    public SlotRole Role;

    /// <summary>What the lanes may do.</summary>
    public SlotAccess Access;

    /// <summary>Where they fetch from while it loads.</summary>
    public SlotLoad? Load;

    /// <summary>Whether everything is here, as far as all that answered know.</summary>
    public bool IsSettled;

    /// <summary>Whether a complete copy is here, as far as is known; before the holdings have come too.</summary>
    public bool IsWhole;

    /// <summary>Whether anything was asked for in this view.</summary>
    public bool HasPulled;

    /// <summary>When a replica may begin to pull; 0 for at once.</summary>
    public long NotBeforeMs;
}

using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>What one member told this node in a view: all it has of the slots of which this node is a copy.</summary>
internal sealed class Holdings
{
    /// <summary>Who.</summary>
    public required MemberId From { get; init; }

    /// <summary>In which view.</summary>
    public required ViewId View { get; init; }

    /// <summary>Whether it waits for this node's.</summary>
    public required bool WantsAnswer { get; init; }

    /// <summary>Its clock.</summary>
    public required ulong Clock { get; init; }

    /// <summary>The highest version it has met: above its clock where that did not follow a clock far ahead.</summary>
    public required ulong Highest { get; init; }

    /// <summary>The last flush it knows of.</summary>
    public required ulong FlushVersion { get; init; }

    /// <summary>The views it has adopted.</summary>
    public required ViewHistory History { get; init; }

    /// <summary>What it has, ascending; slots of which it has nothing are left out.</summary>
    public required IReadOnlyList<HoldingRun> Runs { get; init; }

    /// <summary>Slots with a floor above zero, and the floor.</summary>
    public required IReadOnlyList<SlotFloor> Floors { get; init; }
}

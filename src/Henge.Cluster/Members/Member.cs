namespace Henge.Cluster.Members;

/// <summary>
/// A row of the member table, immutable. (Boot, Incarnation) order what members say of themselves; at equal ones the
/// worse <see cref="State"/> wins, as SWIM has it.
/// </summary>
internal sealed record Member
{
    /// <summary>Who.</summary>
    public required MemberId Id { get; init; }

    /// <summary>Which process.</summary>
    public required BootId Boot { get; init; }

    /// <summary>Where it is reached: host:port as it advertises itself.</summary>
    public required string Address { get; init; }

    /// <summary>Its name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Copies go to different zones where there are zones; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Share of the slots relative to others; 0 holds nothing and routes.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The number it raises to refute a suspicion and with every change of its own record.</summary>
    public uint Incarnation { get; init; }

    /// <summary>Alive, suspect, dead or left.</summary>
    public MemberState State { get; init; }

    /// <summary>What it says of itself.</summary>
    public MemberPhase Phase { get; init; }

    /// <summary>Least wire version it speaks.</summary>
    public byte MinWire { get; init; } = 1;

    /// <summary>Highest wire version it speaks.</summary>
    public byte MaxWire { get; init; } = 1;

    /// <summary>Whether it has a place in the ring view.</summary>
    public bool IsInRing => State == MemberState.Alive && Phase == MemberPhase.Ready && Weight > 0;
}

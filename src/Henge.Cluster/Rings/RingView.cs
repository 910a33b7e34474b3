using Henge.Cluster.Members;

namespace Henge.Cluster.Rings;

/// <summary>One immutable placement of all slots on members: a pure function of the members in the ring.</summary>
internal sealed class RingView
{
    /// <summary>Most copies of a slot.</summary>
    public const int MaxCopies = 5;

    /// <summary>
    /// The view of the members for which <see cref="Member.IsInRing"/> holds; the others are left out. Without any, no
    /// slot has a copy.
    /// </summary>
    /// <param name="members">In any order; no id twice.</param>
    /// <param name="copies">Copies of each slot, 1 to <see cref="MaxCopies"/>: the owner and its replicas.</param>
    public static RingView Create(IEnumerable<Member> members, int copies) => throw new NotImplementedException();

    /// <summary>Which view.</summary>
    public ViewId Id => throw new NotImplementedException();

    /// <summary>Its members in the order of their ids.</summary>
    public IReadOnlyList<Member> Members => throw new NotImplementedException();

    /// <summary>Copies of each slot: what was asked for, or fewer when there are fewer members.</summary>
    public int Copies => throw new NotImplementedException();

    /// <summary>Places in <see cref="Members"/> of a slot's copies: the owner first, then replicas in ring order.</summary>
    public ReadOnlySpan<ushort> CopiesOf(Slot slot) => throw new NotImplementedException();

    /// <summary>The place of a member; -1 when it is not in the view.</summary>
    public int PlaceOf(MemberId id) => throw new NotImplementedException();
}

using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// Makes snapshots for the lanes. What has not changed since the last one is shared with it: snapshots are immutable.
/// </summary>
internal sealed class SnapshotMaker
{
    // Most snapshots have no slot that loads.
    private static readonly SlotLoad?[] s_noLoads = new SlotLoad?[Slot.Count];

    private readonly Membership _membership;
    private readonly Handoff _handoff;
    private ClusterSnapshot? _last;
    private long _duties = -1;
    private long _board = -1;

    /// <summary>Creates a maker.</summary>
    public SnapshotMaker(Membership membership, Handoff handoff) => (_membership, _handoff) = (membership, handoff);

    /// <summary>A snapshot of how things are now.</summary>
    public ClusterSnapshot Make()
    {
        bool isSame = _last is not null && (_duties, _board) == (_handoff.Version, _handoff.BoardVersion);
        (_duties, _board) = (_handoff.Version, _handoff.BoardVersion);
        SlotAccess[] access = isSame ? _last!.Access : new SlotAccess[Slot.Count];
        SlotLoad?[] loads = isSame ? _last!.Loads : s_noLoads;
        bool[] complete = isSame ? _last!.Complete : new bool[Slot.Count];
        bool[] leftover = isSame ? _last!.Leftover : new bool[Slot.Count];
        bool isAlone = isSame ? _last!.IsAlone : Fill(access, ref loads, complete, leftover);
        _last = new ClusterSnapshot
        {
            Number = (_last?.Number ?? 0) + 1,
            Self = _membership.Self,
            Members = _membership.Members,
            View = _handoff.View,
            Access = access,
            Loads = loads,
            Complete = complete,
            Leftover = leftover,
            IsAlone = isAlone,
        };
        return _last;
    }

    private bool Fill(SlotAccess[] access, ref SlotLoad?[] loads, bool[] complete, bool[] leftover)
    {
        bool servesAll = _handoff.View.Members.Count == 1;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ref readonly SlotDuty duty = ref _handoff.Duties[slot];
            access[slot] = duty.Access;
            if (duty.Access == SlotAccess.Load)
            {
                loads = loads == s_noLoads ? new SlotLoad?[Slot.Count] : loads;
                loads[slot] = duty.Load;
            }
            complete[slot] = duty.IsWhole;
            leftover[slot] = _handoff.IsLeftover(slot);
            servesAll &= duty.Access == SlotAccess.Serve;
        }
        return servesAll;
    }
}

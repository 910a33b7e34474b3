using System.Runtime.CompilerServices;

using Henge.Cluster.Members;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>Goes through a member's holdings slot by slot, ascending.</summary>
internal sealed class HoldingsCursor
{
    private readonly Holdings _holdings;
    private int _run;
    private int _floor;

    /// <summary>Begins before the first slot.</summary>
    public HoldingsCursor(Holdings holdings) => _holdings = holdings;

    /// <summary>Whose.</summary>
    public MemberId From => _holdings.From;

    /// <summary>The views it has adopted.</summary>
    public ViewHistory History => _holdings.History;

    /// <summary>No version of what it had when it told is above this.</summary>
    public ulong Latest => Math.Max(_holdings.Clock, _holdings.Highest);

    /// <summary>Slots that are to be pulled from it.</summary>
    public int Load { get; set; }

    /// <summary>What it has of a slot, which is not before the last one asked for; false for nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryMoveTo(int slot, out Holding holding)
    {
        IReadOnlyList<HoldingRun> runs = _holdings.Runs;
        while (_run < runs.Count && runs[_run].First + runs[_run].Count <= slot)
        {
            _run++;
        }
        bool has = _run < runs.Count && runs[_run].First <= slot;
        holding = has ? runs[_run].Holding : Holding.None;
        return has && !holding.IsNone;
    }

    /// <summary>Its floor of a slot, which is not before the last one asked for.</summary>
    public ulong FloorOf(int slot)
    {
        IReadOnlyList<SlotFloor> floors = _holdings.Floors;
        while (_floor < floors.Count && floors[_floor].Slot < slot)
        {
            _floor++;
        }
        return _floor < floors.Count && floors[_floor].Slot == slot ? floors[_floor].Floor : 0;
    }
}

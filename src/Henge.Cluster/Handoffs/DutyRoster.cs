using System.Runtime.CompilerServices;

using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Handoffs.Plans;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Cluster.Transfers;
using Henge.Storage;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// What this node does for each slot: duties are given by a view, changed by the plan once the holdings are known, and
/// settled when all is here.
/// </summary>
internal sealed class DutyRoster
{
    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly Membership _membership;
    private readonly SlotTable _table;
    private readonly ViewHistory _history;
    private readonly Puller _puller;
    private readonly LoadPlanner _planner = new();
    private readonly SlotDuty[] _duties = new SlotDuty[Slot.Count];
    private readonly List<SlotLoad> _loads = [];
    private readonly List<Source> _sources = [];
    private readonly Dictionary<MemberId, SlotSet> _pulled = [];
    private RingView _view;
    private int _number;

    /// <summary>Creates a roster without duties.</summary>
    public DutyRoster(
        ClusterOptions options, Store store, Membership membership, SlotTable table, ViewHistory history, Puller puller)
    {
        (_options, _store, _membership) = (options, store, membership);
        (_table, _history, _puller) = (table, history, puller);
        _view = RingView.Create([], options.Copies);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            _duties[slot].Access = SlotAccess.Nobody;
        }
    }

    /// <summary>The duty for a slot.</summary>
    public ref readonly SlotDuty this[int slot] => ref _duties[slot];

    /// <summary>Slots of which this node is a copy and has not all.</summary>
    public int Unsettled { get; private set; }

    /// <summary>Slots of which this node is a copy and has all.</summary>
    public SlotSet Settled { get; } = new();

    /// <summary>Those settled since they were last announced; the announcer clears it.</summary>
    public SlotSet Fresh { get; } = new();

    /// <summary>Slots that this node owns.</summary>
    public int Owned { get; private set; }

    /// <summary>Slots of which this node is another copy.</summary>
    public int Replicated { get; private set; }

    /// <summary>Gives every slot its duty in a new view; returns how many this node gained or lost.</summary>
    public int Assign(RingView view, int number, LeftoverSweeper sweeper, Instant now)
    {
        bool meetsRing = _membership.Acquaint(view) && (_options.Bugs & PlantedBugs.TrustsStrangers) == 0;
        var before = new PreviousView(_view, _membership.Self, view, meetsRing);
        Interrupt();
        (_view, _number) = (view, number);
        Settled.Clear();
        Fresh.Clear();
        _pulled.Clear();
        (Unsettled, Owned, Replicated) = (0, 0, 0);
        int self = view.PlaceOf(_membership.Self.Id);
        int changed = 0;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(slot));
            int at = self < 0 ? -1 : copies.IndexOf((ushort)self);
            SlotRole role = at < 0 ? SlotRole.None : at == 0 ? SlotRole.Owner : SlotRole.Replica;
            changed += role == _duties[slot].Role ? 0 : 1;
            if (role == SlotRole.None)
            {
                _table.Own(slot, Holding.Never);
                _duties[slot] = new SlotDuty { Access = copies.IsEmpty ? SlotAccess.Nobody : SlotAccess.Remote };
                continue;
            }
            sweeper.Spare(slot);
            _duties[slot] = role == SlotRole.Owner ? OwnerDuty(slot, before) : ReplicaDuty(slot, before, now);
            Owned += role == SlotRole.Owner ? 1 : 0;
            Unsettled++;
        }
        Replicated = Unsettled - Owned;
        return changed;
    }

    /// <summary>
    /// Compares what is here with what others have, and pulls what is missing; slots of which all is here are settled.
    /// May be done again in the same view, when holdings come late or a holder goes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Plan(IReadOnlyCollection<Holdings> came, Instant now)
    {
        HoldingsCursor[] cursors = [.. came.Select(holdings => new HoldingsCursor(holdings))];
        var holders = new Holder[cursors.Length];
        _puller.BeginPlan();
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (_duties[slot].Role == SlotRole.None)
            {
                continue;
            }
            int count = 0;
            foreach (HoldingsCursor cursor in cursors)
            {
                if (cursor.TryMoveTo(slot, out Holding holding))
                {
                    holders[count++] = new Holder(cursor.From, holding, cursor.History, cursor.Load);
                }
            }
            _planner.Plan(_view.Id, in _table.At(slot), _history, holders.AsSpan(0, count), _sources);
            int all = _sources.Count;
            LeaveOutPulled(slot);
            if (_sources.Count == 0)
            {
                Settle(slot);
            }
            else
            {
                Load(slot, all, cursors, now);
            }
        }
        _puller.EndPlan(now);
    }

    /// <summary>A pull is over: slots that are wanted from nobody else are settled.</summary>
    public void PullDone(IncomingPull pull)
    {
        if (!_pulled.TryGetValue(pull.Source, out SlotSet? done))
        {
            _pulled.Add(pull.Source, done = new SlotSet());
        }
        for (int slot = pull.Slots.Next(0); slot >= 0; slot = pull.Slots.Next(slot + 1))
        {
            done.Add(slot);
            if (_duties[slot].Role != SlotRole.None && !_puller.IsPulling(slot))
            {
                Settle(slot);
            }
        }
    }

    // Writes of a view that this node has taken without having all of the slot make it hold that view in part; records
    // that were pulled meanwhile may be of any age.
    private void Interrupt()
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (_duties[slot] is { Role: not SlotRole.None, IsSettled: false })
            {
                _table.Interrupt(slot, _view.Id, _duties[slot].HasPulled);
            }
        }
    }

    // Who owned a slot goes on without a pause, and so does a replica whose owner has gone; unless others may have
    // served it without this node's knowing: since it was suspected in between, or since they were a ring of their own.
    private SlotDuty OwnerDuty(int slot, in PreviousView before)
    {
        SlotDuty was = _duties[slot];
        bool hasStayed = before.IsUnbroken && was.Role == SlotRole.Owner;
        _table.Own(slot, hasStayed ? Math.Min(_table.At(slot).OwnedSince, _number) : _number);
        bool follows = was is { Role: SlotRole.Replica, IsSettled: true } && before.HasOwnerGone(slot);
        var duty = new SlotDuty { Role = SlotRole.Owner, Access = SlotAccess.Wait };
        if ((before.HasAll && ((hasStayed && was.Access == SlotAccess.Serve) || follows))
            || (_options.Bugs & PlantedBugs.ServesWithoutHoldings) != 0)
        {
            duty.Access = SlotAccess.Serve;
            duty.IsWhole = true;
        }
        else if (before.HasAll && hasStayed
            && was is { Access: SlotAccess.Load, Load: { } load } && AreAlive(load.Sources))
        {
            (duty.Access, duty.Load) = (SlotAccess.Load, load);
        }
        return duty;
    }

    // A member that died may come back with all it had: what it held is made anew elsewhere only after a while.
    private SlotDuty ReplicaDuty(int slot, in PreviousView before, Instant now)
    {
        SlotDuty was = _duties[slot];
        var duty = new SlotDuty { Role = SlotRole.Replica, Access = SlotAccess.Remote };
        duty.IsWhole = before.HasAll && was.IsWhole;
        if (was.Role == SlotRole.Replica && !was.IsSettled)
        {
            duty.NotBeforeMs = was.NotBeforeMs;
        }
        else if (was.Role == SlotRole.None && before.HasCopyDied(slot, _membership.Members))
        {
            duty.NotBeforeMs = now.MonotonicMs + _options.RereplicateAfterMs;
        }
        return duty;
    }

    private bool AreAlive(IReadOnlyList<MemberId> members) => members.All(member =>
        _membership.Members.TryGetValue(member, out Member? record) && record.State == MemberState.Alive);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LeaveOutPulled(int slot)
    {
        for (int i = _pulled.Count > 0 ? _sources.Count - 1 : -1; i >= 0; i--)
        {
            if (_pulled.TryGetValue(_sources[i].From, out SlotSet? done) && done.Contains(slot))
            {
                _sources.RemoveAt(i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(int slot, int all, HoldingsCursor[] cursors, Instant now)
    {
        ref SlotDuty duty = ref _duties[slot];
        if (duty.IsSettled)
        {
            duty.IsSettled = false;
            Unsettled++;
            Settled.Remove(slot);
            Fresh.Remove(slot);
        }
        bool isEmpty = _table.At(slot).IsNone && !_table.IsRest(slot);
        if (isEmpty)
        {
            AdoptFloors(slot, cursors);
        }
        duty.HasPulled = true;
        duty.IsWhole = false;
        long dueMs = duty.Role == SlotRole.Owner ? now.MonotonicMs : Math.Max(now.MonotonicMs, duty.NotBeforeMs);
        foreach (Source source in _sources)
        {
            _puller.Want(slot, in source, dueMs);
        }
        foreach (HoldingsCursor cursor in cursors)
        {
            cursor.Load += IsSource(cursor.From) ? 1 : 0;
        }
        if (duty.Role == SlotRole.Owner)
        {
            duty.Load = LoadFor(duty.Load, trustsLocal: isEmpty && all == 1, cursors, now);
            duty.Access = SlotAccess.Load;
        }
    }

    // An owner that goes on loading from the same members keeps what it knows to be fresh.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SlotLoad LoadFor(SlotLoad? before, bool trustsLocal, HoldingsCursor[] cursors, Instant now)
    {
        if (before is not null && AreSourcesOf(before))
        {
            if (before.Sources.Count == _sources.Count)
            {
                return before;
            }
            return Share(before.TrustsLocal, before.Since, before.IsBehind);
        }
        ulong clock = _store.Clock(now.UnixMs);
        ulong latest = clock;
        foreach (HoldingsCursor cursor in cursors)
        {
            if (IsSource(cursor.From))
            {
                latest = Math.Max(latest, cursor.Latest);
            }
        }
        return Share(trustsLocal, latest, latest > clock);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SlotLoad Share(bool trustsLocal, ulong since, bool isBehind)
    {
        foreach (SlotLoad load in _loads)
        {
            if (load.TrustsLocal == trustsLocal && load.Since == since && load.Sources.Count == _sources.Count
                && AreSourcesOf(load))
            {
                return load;
            }
        }
        if (_loads.Count >= 64)
        {
            _loads.RemoveAt(0);
        }
        var made = new SlotLoad
        {
            Sources = [.. _sources.Select(source => source.From)],
            TrustsLocal = trustsLocal,
            Since = since,
            IsBehind = isBehind,
        };
        _loads.Add(made);
        return made;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool AreSourcesOf(SlotLoad load)
    {
        foreach (Source source in _sources)
        {
            if (!load.Sources.Contains(source.From))
            {
                return false;
            }
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsSource(MemberId member)
    {
        foreach (Source source in _sources)
        {
            if (source.From == member)
            {
                return true;
            }
        }
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AdoptFloors(int slot, HoldingsCursor[] cursors)
    {
        foreach (HoldingsCursor cursor in cursors)
        {
            if (IsSource(cursor.From) && cursor.FloorOf(slot) is > 0 and var floor)
            {
                _store.RaiseFloor(slot, floor);
            }
        }
    }

    private void Settle(int slot)
    {
        ref SlotDuty duty = ref _duties[slot];
        if (duty.IsSettled)
        {
            return;
        }
        _table.Complete(slot, _view.Id, UnbrokenSince(slot, in duty));
        duty.IsSettled = true;
        duty.IsWhole = true;
        duty.Load = null;
        if (duty.Role == SlotRole.Owner)
        {
            duty.Access = SlotAccess.Serve;
        }
        Unsettled--;
        Settled.Add(slot);
        Fresh.Add(slot);
    }

    // Complete in the view before this one, or in one since which every write went through here: nothing was missed.
    private int UnbrokenSince(int slot, in SlotDuty duty)
    {
        ref readonly Holding holding = ref _table.At(slot);
        int number = _history.NumberOf(holding.Complete);
        bool isUnbroken = holding.Complete.Value != 0 && number >= 0 && !duty.HasPulled
            && holding.Since != Holding.Never && (number >= _number - 1 || holding.OwnedSince <= number + 1);
        return isUnbroken ? holding.Since : _number;
    }
}

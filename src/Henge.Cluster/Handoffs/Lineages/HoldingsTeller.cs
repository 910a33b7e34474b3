using System.Runtime.CompilerServices;

using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>Tells members what this node has of the slots of which they are copies.</summary>
internal sealed class HoldingsTeller
{
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly Membership _membership;
    private readonly SlotTable _table;
    private readonly ViewHistory _history;
    private readonly MessageWriter _writer = new();
    private readonly List<(List<HoldingRun> Runs, List<SlotFloor> Floors)> _found = [];

    /// <summary>Creates a teller.</summary>
    public HoldingsTeller(
        Store store, IClusterHost host, Membership membership, SlotTable table, ViewHistory history) =>
        (_store, _host, _membership, _table, _history) = (store, host, membership, table, history);

    /// <summary>Tells every other member of a view.</summary>
    public void TellAll(RingView view, Instant now)
    {
        Gather(view, null);
        for (int place = 0; place < view.Members.Count; place++)
        {
            if (view.Members[place].Id != _membership.Self.Id)
            {
                Send(view.Members[place].Id, view, place, wantsAnswer: false, now);
            }
        }
    }

    /// <summary>
    /// Tells one member. Who is lost on the way is told again: on the next link, or when it asks.
    /// </summary>
    public void Tell(MemberId to, RingView view, bool wantsAnswer, Instant now)
    {
        int place = view.PlaceOf(to);
        Gather(view, place);
        Send(to, view, place, wantsAnswer, now);
    }

    private void Send(MemberId to, RingView view, int place, bool wantsAnswer, Instant now)
    {
        HoldingsCodec.WriteHead(
            _writer, view.Id, wantsAnswer, _store.Clock(now.UnixMs), _store.HighestVersion, _membership.FlushVersion,
            _history);
        (List<HoldingRun> runs, List<SlotFloor> floors) = place < 0 ? ([], []) : _found[place];
        HoldingsCodec.WriteBody(_writer, runs, floors);
        _host.TrySend(to, LinkKind.Control, _writer.Written);
    }

    // What is here of the slots of which members are copies: for all of them at one go, or for one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(RingView view, int? only)
    {
        while (_found.Count < view.Members.Count)
        {
            _found.Add(([], []));
        }
        foreach ((List<HoldingRun> runs, List<SlotFloor> floors) in _found)
        {
            runs.Clear();
            floors.Clear();
        }
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ref readonly Holding holding = ref _table.At(slot);
            if (holding.IsNone)
            {
                continue;
            }
            foreach (ushort place in view.CopiesOf(new Slot(slot)))
            {
                if (only is null || only == place)
                {
                    Add(slot, in holding, _found[place].Runs);
                    if (_store.Floor(slot) is > 0 and var floor)
                    {
                        _found[place].Floors.Add(new SlotFloor(slot, floor));
                    }
                }
            }
        }
    }

    private static void Add(int slot, in Holding holding, List<HoldingRun> runs)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.First + last.Count == slot && last.Holding == holding)
        {
            runs[^1] = last with { Count = last.Count + 1 };
        }
        else
        {
            runs.Add(new HoldingRun(slot, 1, holding));
        }
    }
}

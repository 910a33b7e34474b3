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
    private readonly List<HoldingRun> _runs = [];
    private readonly List<SlotFloor> _floors = [];

    /// <summary>Creates a teller.</summary>
    public HoldingsTeller(
        Store store, IClusterHost host, Membership membership, SlotTable table, ViewHistory history) =>
        (_store, _host, _membership, _table, _history) = (store, host, membership, table, history);

    /// <summary>Tells every other member of a view.</summary>
    public void TellAll(RingView view, Instant now)
    {
        foreach (Member member in view.Members)
        {
            if (member.Id != _membership.Self.Id)
            {
                Tell(member.Id, view, wantsAnswer: false, now);
            }
        }
    }

    /// <summary>
    /// Tells one member. Who is lost on the way is told again: on the next link, or when it asks.
    /// </summary>
    public void Tell(MemberId to, RingView view, bool wantsAnswer, Instant now)
    {
        Gather(view, view.PlaceOf(to));
        HoldingsCodec.WriteHead(
            _writer, view.Id, wantsAnswer, _store.Clock(now.UnixMs), _store.HighestVersion, _membership.FlushVersion,
            _history);
        HoldingsCodec.WriteBody(_writer, _runs, _floors);
        _host.TrySend(to, LinkKind.Control, _writer.Written);
    }

    private void Gather(RingView view, int place)
    {
        _runs.Clear();
        _floors.Clear();
        if (place < 0)
        {
            return;
        }
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ref readonly Holding holding = ref _table.At(slot);
            if (holding.IsNone || !view.CopiesOf(new Slot(slot)).Contains((ushort)place))
            {
                continue;
            }
            if (_runs.Count > 0 && _runs[^1] is var last && last.First + last.Count == slot && last.Holding == holding)
            {
                _runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                _runs.Add(new HoldingRun(slot, 1, holding));
            }
            if (_store.Floor(slot) is > 0 and var floor)
            {
                _floors.Add(new SlotFloor(slot, floor));
            }
        }
    }
}

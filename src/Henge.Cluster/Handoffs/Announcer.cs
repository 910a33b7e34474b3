using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// Announces to every live member which slots are complete here, in batches; who could not be told hears all of it
/// later.
/// </summary>
internal sealed class Announcer
{
    private readonly IClusterHost _host;
    private readonly Membership _membership;
    private readonly HoldingsBarrier _barrier;
    private readonly MessageWriter _writer = new();
    private readonly SortedSet<MemberId> _owed = [];
    private ViewId _view;

    /// <summary>Creates an announcer.</summary>
    public Announcer(IClusterHost host, Membership membership, HoldingsBarrier barrier) =>
        (_host, _membership, _barrier) = (host, membership, barrier);

    /// <summary>Whether somebody is owed an announcement.</summary>
    public bool IsOwing => _owed.Count > 0;

    /// <summary>Begins anew for a view.</summary>
    public void Begin(ViewId view)
    {
        _view = view;
        _owed.Clear();
    }

    /// <summary>Tells all live members of slots that are complete since the last time.</summary>
    public void Announce(SlotSet fresh)
    {
        if (fresh.Count == 0)
        {
            return;
        }
        foreach (MemberId member in _membership.Members.Keys.Order())
        {
            Member record = _membership.Members[member];
            if (member != _membership.Self.Id && record is { State: MemberState.Alive, Weight: > 0 })
            {
                Send(member, fresh);
            }
        }
    }

    /// <summary>Tells one member of all slots that are complete.</summary>
    public void TellAll(MemberId to, SlotSet settled)
    {
        if (settled.Count > 0)
        {
            Send(to, settled);
        }
    }

    /// <summary>Tells those who could not be told.</summary>
    public void PayDebts(SlotSet settled)
    {
        foreach (MemberId member in _owed.ToArray())
        {
            _owed.Remove(member);
            if (_membership.Members.TryGetValue(member, out Member? record) && record.State == MemberState.Alive)
            {
                Send(member, settled);
            }
        }
    }

    private void Send(MemberId to, SlotSet slots)
    {
        _writer.Begin(MessageKind.Settled);
        _writer.UInt64(_view.Value);
        _writer.Byte(_barrier.Has(to) ? (byte)1 : (byte)0);
        SlotSetCodec.Write(_writer, slots);
        if (!_host.TrySend(to, LinkKind.Control, _writer.Written))
        {
            _owed.Add(to);
        }
    }
}

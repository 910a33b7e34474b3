using Henge.Cluster.FirstLevels;
using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Cluster.Tags;
using Henge.Cluster.Transfers;
using Henge.Storage;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// Turns changes of view into moves of slots. On a new view: (1) every slot gets its duty, and the lanes hear of it;
/// (2) when the lanes have settled what was under way, every member is told what is here; (3) when every member has
/// told the same, the planner says what to pull from whom; (4) slots whose pulls are done are announced; (5) what all
/// copies have announced is dropped where it does not belong. A further view may come at any of these steps: duties are
/// given anew, pulls under way that are still wanted go on. docs/handoff.md has the reasons and the cases.
/// </summary>
internal sealed class Handoff
{
    private const int QuiesceMs = 1000;

    // Between two looks at what is overdue.
    private const int PaceMs = 200;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly Membership _membership;
    private readonly Coherence _coherence;
    private readonly TagExchange _tags;
    private readonly SlotTable _table = new();
    private readonly ViewHistory _history = new();
    private readonly HoldingsBarrier _barrier = new();
    private readonly LeftoverSweeper _sweeper;
    private readonly HoldingsTeller _teller;
    private readonly Announcer _announcer;
    private readonly Completeness _completeness;
    private readonly long[] _quiesced;

    private long _viewSnapshot = long.MaxValue;
    private long _adoptedMs;
    private long _askedMs;
    private bool _hasTold;
    private bool _mayDrop;
    private bool _hasSaidSettled;
    private long _seenMeetings;

    /// <summary>Creates the handoff of a node that holds nothing and has adopted no view.</summary>
    public Handoff(
        ClusterOptions options, Store store, IClusterHost host, Membership membership, Coherence coherence,
        TagExchange tags)
    {
        (_options, _store, _host, _membership) = (options, store, host, membership);
        (_coherence, _tags) = (coherence, tags);
        _quiesced = new long[options.Lanes];
        View = RingView.Create([], options.Copies);
        Puller = new Puller(options, store, host);
        Pusher = new Pusher(options, store, host);
        Duties = new DutyRoster(options, store, membership, _table, _history, Puller);
        _sweeper = new LeftoverSweeper(store, _table);
        _teller = new HoldingsTeller(store, host, membership, _table, _history);
        _announcer = new Announcer(host, membership, _barrier);
        _completeness = new Completeness(_table, Duties, Board);
    }

    /// <summary>This node.</summary>
    public MemberId SelfId => _membership.Self.Id;

    /// <summary>The view in force.</summary>
    public RingView View { get; private set; }

    /// <summary>What this node does for each slot.</summary>
    public DutyRoster Duties { get; }

    /// <summary>Who has announced what.</summary>
    public SettledBoard Board { get; } = new();

    /// <summary>The receiving side of transfers.</summary>
    public Puller Puller { get; }

    /// <summary>The sending side of transfers.</summary>
    public Pusher Pusher { get; }

    /// <summary>Counts up when duties changed: the lanes must know at once.</summary>
    public long Version { get; private set; }

    /// <summary>Counts up when others announced slots, or leftovers were dropped.</summary>
    public long BoardVersion { get; private set; }

    /// <summary>Views adopted.</summary>
    public long Views { get; private set; }

    /// <summary>Whether the holdings of the view in force are known, and each slot has its place.</summary>
    public bool HasPlanned { get; private set; }

    /// <summary>Whether everything is here that this node is to hold in the view in force.</summary>
    public bool IsSettled => HasPlanned && Duties.Unsettled == 0;

    /// <inheritdoc cref="Completeness.IsInSync"/>
    public bool IsInSync => IsSettled && _completeness.IsInSync(View, (Version, BoardVersion));

    /// <inheritdoc cref="Completeness.IsHandedOver"/>
    public bool IsHandedOver => _hasTold && _completeness.IsHandedOver(View);

    /// <summary>
    /// Gives every slot its duty in a new view. The caller publishes a snapshot, then calls <see cref="Published"/>.
    /// </summary>
    public void Adopt(RingView view, Instant now)
    {
        View = view;
        Views++;
        Version++;
        int number = _history.Add(view.Id, _store.Clock(now.UnixMs));
        Board.Begin(view);
        _barrier.Begin(view.Id);
        _barrier.Update(_membership.Members, view, _membership.Self.Id);
        _announcer.Begin(view.Id);
        int changed = Duties.Assign(view, number, _sweeper, now);
        (_hasTold, HasPlanned, _hasSaidSettled, _mayDrop) = (false, false, false, true);
        (_adoptedMs, _askedMs, _viewSnapshot) = (now.MonotonicMs, now.MonotonicMs, long.MaxValue);
        _host.Report(new ClusterEvent(
            ClusterEventKind.ViewChanged, null, $"view {view.Id} of {view.Members.Count} members", changed));
    }

    /// <summary>A snapshot has gone to the lanes.</summary>
    public void Published(long number, Instant now)
    {
        if (Views == 0)
        {
            return;
        }
        _viewSnapshot = Math.Min(_viewSnapshot, number);
        TryTell(now);
    }

    /// <summary>A lane has settled its writes under way for a snapshot.</summary>
    public void Quiesced(int lane, long snapshotNumber, Instant now)
    {
        if ((uint)lane < (uint)_quiesced.Length)
        {
            _quiesced[lane] = Math.Max(_quiesced[lane], snapshotNumber);
            TryTell(now);
        }
    }

    /// <summary>Some member changed, and the view did not.</summary>
    public void MembersChanged(Instant now)
    {
        if (_barrier.Update(_membership.Members, View, _membership.Self.Id) && HasPlanned)
        {
            Plan(now);
        }
        TryPlan(now);
    }

    /// <summary>The tags of members may have come: what waited for them goes on.</summary>
    public void FollowTags(Instant now)
    {
        if (_tags.Meetings != _seenMeetings)
        {
            _seenMeetings = _tags.Meetings;
            TryPlan(now);
        }
    }

    /// <summary>A control or bulk link with a member is up.</summary>
    public void LinkUp(MemberId peer, LinkKind link, Instant now)
    {
        if (link == LinkKind.Control && _hasTold)
        {
            _teller.Tell(peer, View, wantsAnswer: !_barrier.Has(peer), now);
            _announcer.TellAll(peer, Duties.Settled);
        }
        Puller.LinkUp(peer, now);
    }

    /// <summary>A control or bulk link with a member is down.</summary>
    public void LinkDown(MemberId peer, LinkKind link, Instant now)
    {
        Puller.LinkDown(peer, link, now);
        if (link == LinkKind.Bulk)
        {
            Pusher.LinkDown(peer);
        }
    }

    /// <summary>What a member has came. Returns false when it makes no sense.</summary>
    public bool ReceiveHoldings(MemberId from, ref MessageReader reader, Instant now)
    {
        if (HoldingsCodec.Read(from, ref reader) is not { } holdings)
        {
            return false;
        }
        if (!_membership.Members.TryGetValue(from, out Member? member))
        {
            return true;
        }
        if (!_store.AdvanceClock(holdings.Clock, now.UnixMs))
        {
            _host.Report(new ClusterEvent(ClusterEventKind.ClockSkew, member,
                "its versions are far ahead of the clock here", (long)(holdings.Clock >> 16) - now.UnixMs));
        }
        _membership.FlushVersion = Math.Max(_membership.FlushVersion, holdings.FlushVersion);
        if (member.State != MemberState.Alive && holdings.View == View.Id)
        {
            // Who has gone, or may have, answers no pull; what it says came late.
            return true;
        }
        if (!_barrier.Take(holdings))
        {
            if (holdings.WantsAnswer)
            {
                _membership.Exchange(from, now);
            }
            return true;
        }
        if (HasPlanned)
        {
            Plan(now);
        }
        TryPlan(now);
        if (_hasTold)
        {
            if (holdings.WantsAnswer)
            {
                _teller.Tell(from, View, wantsAnswer: false, now);
            }
            _announcer.TellAll(from, Duties.Settled);
        }
        return true;
    }

    /// <summary>A member has announced slots. Returns false when it makes no sense.</summary>
    public bool ReceiveSettled(MemberId from, ref MessageReader reader)
    {
        var view = new ViewId(reader.UInt64());
        bool knowsMine = reader.Byte() != 0;
        SlotSet slots = SlotSetCodec.Read(ref reader);
        if (!reader.IsDone)
        {
            return false;
        }
        int place = View.PlaceOf(from);
        if (view == View.Id && place >= 0)
        {
            Board.Add(place, slots, knowsMine);
            _mayDrop = true;
            BoardVersion++;
        }
        return true;
    }

    /// <summary>A pull is over.</summary>
    public void PullDone(IncomingPull pull, bool isRefused, Instant now)
    {
        if (isRefused)
        {
            // It has not what its holdings said: they are out of date, and the plan with them.
            _barrier.Forget(pull.Source);
            _askedMs = now.MonotonicMs;
            return;
        }
        _host.Report(new ClusterEvent(ClusterEventKind.TransferDone,
            _membership.Members.GetValueOrDefault(pull.Source), $"{pull.Slots.Count} slots", pull.Records));
        Duties.PullDone(pull);
        Announce(now);
    }

    /// <inheritdoc cref="Completeness.Holds"/>
    public bool Holds(int slot) => _completeness.Holds(slot);

    /// <inheritdoc cref="Completeness.IsLeftover"/>
    public bool IsLeftover(int slot) => _completeness.IsLeftover(View, slot);

    /// <inheritdoc cref="Completeness.IsEverywhere"/>
    public bool IsSettledEverywhere(int slot) => _completeness.IsEverywhere(View, slot);

    /// <summary>Does what is due; returns when there is something to do next.</summary>
    public long Tick(Instant now)
    {
        TryTell(now);
        AskAgain(now);
        if (_announcer.IsOwing)
        {
            _announcer.PayDebts(Duties.Settled);
        }
        if (_mayDrop && !_sweeper.IsSweeping && HasPlanned)
        {
            _mayDrop = false;
            BoardVersion += _sweeper.Begin(MayDrop) ? 1 : 0;
        }
        if (_sweeper.IsSweeping && _sweeper.Step() is > 0 and var dropped)
        {
            _mayDrop = true;
            BoardVersion++;
            _host.Report(new ClusterEvent(ClusterEventKind.LeftoversDropped, Amount: dropped));
        }
        long next = Math.Min(Puller.Tick(now), Pusher.Tick(now));
        return _sweeper.IsSweeping ? now.MonotonicMs : Math.Min(next, now.MonotonicMs + PaceMs);
    }

    private bool MayDrop(int slot)
    {
        if (Duties[slot].Role != SlotRole.None || _membership.Self.Phase == MemberPhase.Leaving)
        {
            return false;
        }
        if (_table.At(slot).IsNone)
        {
            return _table.IsRest(slot);
        }
        ReadOnlySpan<ushort> copies = View.CopiesOf(new Slot(slot));
        return (_options.Bugs & PlantedBugs.DropsEarly) != 0
            ? !copies.IsEmpty && Board.HasSettled(copies[0], slot) : Board.AllHave(copies, slot);
    }

    // What the lanes had under way must be in the store before this node says what it has.
    private void TryTell(Instant now)
    {
        if (_hasTold || _viewSnapshot == long.MaxValue
            || (now.MonotonicMs - _adoptedMs < QuiesceMs && Array.Exists(_quiesced, number => number < _viewSnapshot)))
        {
            return;
        }
        _hasTold = true;
        _coherence.LanesFollowed();
        _teller.TellAll(View, now);
        TryPlan(now);
    }

    private void TryPlan(Instant now)
    {
        if (_hasTold && !HasPlanned && !_barrier.Missing.Any() && _barrier.Required.All(_tags.HasMet))
        {
            Plan(now);
        }
    }

    private void AskAgain(Instant now)
    {
        if (!_hasTold || now.MonotonicMs - _askedMs < HoldingsBarrier.AskAgainMs)
        {
            return;
        }
        _askedMs = now.MonotonicMs;
        foreach (MemberId member in _barrier.Missing)
        {
            _teller.Tell(member, View, wantsAnswer: true, now);
        }
        if (!HasPlanned && now.MonotonicMs - _adoptedMs >= HoldingsBarrier.PatienceMs)
        {
            foreach (MemberId member in _barrier.Missing)
            {
                _host.Report(new ClusterEvent(ClusterEventKind.HoldingsMissing,
                    _membership.Members.GetValueOrDefault(member), "went on without knowing what it holds"));
            }
            Plan(now);
        }
    }

    private void Plan(Instant now)
    {
        HasPlanned = true;
        Duties.Plan(_barrier.Came, now);
        Announce(now);
    }

    private void Announce(Instant now)
    {
        Version++;
        _mayDrop = true;
        int self = View.PlaceOf(_membership.Self.Id);
        if (self >= 0)
        {
            Board.Add(self, Duties.Settled, knowsMine: true);
        }
        _announcer.Announce(Duties.Fresh);
        Duties.Fresh.Clear();
        // Before the first view there is nothing to say.
        if (IsSettled && !_hasSaidSettled && Views > 0)
        {
            _hasSaidSettled = true;
            _host.Report(new ClusterEvent(
                ClusterEventKind.ViewSettled, null, $"view {View.Id}", now.MonotonicMs - _adoptedMs));
        }
    }
}

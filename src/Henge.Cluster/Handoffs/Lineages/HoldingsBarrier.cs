using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>
/// Gathers the holdings of a view. It is open when all have come that must: from the view's members, and from those
/// that leave and are still there. Those of views that this node has not adopted yet are kept, the latest of each
/// member.
/// </summary>
internal sealed class HoldingsBarrier
{
    /// <summary>Between two askings of a member whose holdings have not come.</summary>
    public const int AskAgainMs = 500;

    /// <summary>
    /// Without a live member's holdings for so long, it goes on without them: to serve what may be stale is better than
    /// not to serve for ever. They count when they come.
    /// </summary>
    public const int PatienceMs = 5000;

    private readonly SortedDictionary<MemberId, Holdings> _came = [];
    private readonly SortedDictionary<MemberId, Holdings> _early = [];
    private readonly SortedSet<MemberId> _required = [];
    private ViewId _view;

    /// <summary>What has come for the view in force, in the order of the members' ids.</summary>
    public IReadOnlyCollection<Holdings> Came => _came.Values;

    /// <summary>Begins to gather for a view; takes over what came early.</summary>
    public void Begin(ViewId view)
    {
        _view = view;
        _came.Clear();
        _required.Clear();
        foreach (Holdings early in _early.Values.ToArray())
        {
            if (early.View == view)
            {
                _came.Add(early.From, early);
                _early.Remove(early.From);
            }
        }
    }

    /// <summary>
    /// Goes by the members as they are now: whose holdings must come, and whose no longer count since they are not
    /// alive. Returns whether something that counted does not any more.
    /// </summary>
    public bool Update(IReadOnlyDictionary<MemberId, Member> members, RingView view, MemberId self)
    {
        _required.Clear();
        foreach (Member member in members.Values)
        {
            if (member.Id != self && member.State == MemberState.Alive && member.Weight > 0
                && (view.PlaceOf(member.Id) >= 0 || member.Phase == MemberPhase.Leaving))
            {
                _required.Add(member.Id);
            }
        }
        bool hasLost = false;
        foreach (MemberId from in _came.Keys.ToArray())
        {
            if (!members.TryGetValue(from, out Member? member) || member.State != MemberState.Alive)
            {
                hasLost |= _came[from].Runs.Count > 0;
                _came.Remove(from);
            }
        }
        foreach (MemberId from in _early.Keys.ToArray())
        {
            if (!members.ContainsKey(from))
            {
                _early.Remove(from);
            }
        }
        return hasLost;
    }

    /// <summary>Takes holdings; false when they are for a view that is not in force here (yet).</summary>
    public bool Take(Holdings holdings)
    {
        if (holdings.View == _view)
        {
            _came[holdings.From] = holdings;
            return true;
        }
        _early[holdings.From] = holdings;
        return false;
    }

    /// <summary>A member's holdings do not count any more; it has to send them again.</summary>
    public void Forget(MemberId member) => _came.Remove(member);

    /// <summary>Whether a member's holdings have come.</summary>
    public bool Has(MemberId member) => _came.ContainsKey(member);

    /// <summary>Those whose holdings must come.</summary>
    public IReadOnlyCollection<MemberId> Required => _required;

    /// <summary>Those whose holdings must come and have not.</summary>
    public IEnumerable<MemberId> Missing => _required.Where(member => !_came.ContainsKey(member));
}

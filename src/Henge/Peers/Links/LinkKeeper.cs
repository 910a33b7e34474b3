using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers.Doors;

namespace Henge.Peers.Links;

/// <summary>
/// Keeps the links that follow from a control link: while one with a member is up, this node has a bulk link to it and
/// a data link for each lane. What is missing is dialled, again and again with growing pauses. For the cluster thread.
/// </summary>
internal sealed class LinkKeeper
{
    private const int FirstPauseMs = 100;
    private const int LongestPauseMs = 5000;

    private readonly int _lanes;
    private readonly Action<DialRequest> _dial;
    private readonly Dictionary<MemberId, KeptLink[]> _kept = [];

    /// <summary>Creates one that keeps nothing yet.</summary>
    /// <param name="lanes">Lanes of this node.</param>
    /// <param name="dial">Dials once; the end is told by <see cref="Up"/> or <see cref="Down"/>.</param>
    public LinkKeeper(int lanes, Action<DialRequest> dial)
    {
        _lanes = lanes;
        _dial = dial;
    }

    /// <summary>Begins to keep links with a member, or goes on at another address.</summary>
    public void Keep(Member member)
    {
        if (_kept.TryGetValue(member.Id, out KeptLink[]? links) && links[0].Request.Address == member.Address)
        {
            return;
        }
        links = new KeptLink[1 + _lanes];
        links[0] = new KeptLink(new DialRequest(member.Address, LinkKind.Bulk, 0, member.Id));
        for (int lane = 0; lane < _lanes; lane++)
        {
            links[1 + lane] = new KeptLink(new DialRequest(member.Address, LinkKind.Data, lane, member.Id));
        }
        _kept[member.Id] = links;
    }

    /// <summary>Keeps them no longer; those that are up stay until they break.</summary>
    public void Forget(MemberId member) => _kept.Remove(member);

    /// <summary>A link is up.</summary>
    public void Up(MemberId member, LinkKind kind, int lane)
    {
        if (Find(member, kind, lane) is { } link)
        {
            link.IsUp = true;
            link.IsDialling = false;
            link.PauseMs = 0;
        }
    }

    /// <summary>A link broke, or could not be dialled.</summary>
    public void Down(MemberId member, LinkKind kind, int lane, long nowMs)
    {
        if (Find(member, kind, lane) is { } link)
        {
            link.IsUp = false;
            link.IsDialling = false;
            link.DueMs = nowMs + link.PauseMs;
            link.PauseMs = Math.Clamp(2 * link.PauseMs, FirstPauseMs, LongestPauseMs);
        }
    }

    /// <summary>Dials what is missing and due.</summary>
    public void Tick(long nowMs)
    {
        foreach (KeptLink[] links in _kept.Values)
        {
            foreach (KeptLink link in links)
            {
                if (!link.IsUp && !link.IsDialling && nowMs >= link.DueMs)
                {
                    link.IsDialling = true;
                    _dial(link.Request);
                }
            }
        }
    }

    private KeptLink? Find(MemberId member, LinkKind kind, int lane) =>
        _kept.TryGetValue(member, out KeptLink[]? links) ? links[kind == LinkKind.Bulk ? 0 : 1 + lane] : null;
}

using Henge.Cluster;
using Henge.Cluster.Members;

namespace Henge.Peers.Links;

/// <summary>
/// The control and bulk links by member: of each kind at most one that was dialled here and one that the member
/// dialled.
/// </summary>
internal sealed class MemberLinks
{
    private readonly Dictionary<(MemberId, LinkKind, bool IsDialled), PeerLink> _links = [];

    /// <summary>
    /// The link to send on: the one dialled from here where it is up, else the other; null without any.
    /// </summary>
    public PeerLink? Find(MemberId member, LinkKind kind) =>
        _links.GetValueOrDefault((member, kind, true)) ?? _links.GetValueOrDefault((member, kind, false));

    /// <summary>The process of a member that links are with; null without any.</summary>
    public BootId? BootOf(MemberId member) =>
        (Find(member, LinkKind.Control) ?? Find(member, LinkKind.Bulk))?.Member.Boot;

    /// <summary>Puts a link in its place; returns the one that was there.</summary>
    public PeerLink? Put(PeerLink link)
    {
        _links.Remove(PlaceOf(link), out PeerLink? old);
        _links.Add(PlaceOf(link), link);
        return old;
    }

    /// <summary>Takes a link out; true when no other of its kind with its member is left.</summary>
    public bool Remove(PeerLink link)
    {
        if (_links.TryGetValue(PlaceOf(link), out PeerLink? current) && current == link)
        {
            _links.Remove(PlaceOf(link));
        }
        return Find(link.Member.Id, link.Kind) is null;
    }

    private static (MemberId, LinkKind, bool) PlaceOf(PeerLink link) =>
        (link.Member.Id, link.Kind, link.Dialled is not null);
}

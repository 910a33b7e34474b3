using Henge.Cluster.Members;

namespace Henge.Cluster.Rings;

/// <summary>
/// Tells cheaply whether members make the ring of a view, so that a view is only computed when it is new.
/// </summary>
internal static class RingKey
{
    /// <summary>Whether the members in the ring are those of the view, in all that the view depends on.</summary>
    public static bool IsSame(RingView view, IReadOnlyDictionary<MemberId, Member> members)
    {
        int count = 0;
        foreach (Member member in members.Values)
        {
            if (!member.IsInRing)
            {
                continue;
            }
            int place = view.PlaceOf(member.Id);
            if (place < 0)
            {
                return false;
            }
            Member placed = view.Members[place];
            if (placed.Boot != member.Boot || placed.Incarnation != member.Incarnation
                || placed.Weight != member.Weight || placed.Zone != member.Zone)
            {
                return false;
            }
            count++;
        }
        return count == view.Members.Count;
    }
}

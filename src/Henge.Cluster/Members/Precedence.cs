namespace Henge.Cluster.Members;

/// <summary>
/// Which of two records of one member counts: the later boot, then the higher incarnation, then the worse state. A
/// total order but for records that are equal in all three, so merging is commutative, associative and idempotent.
/// </summary>
internal static class Precedence
{
    /// <summary>Whether <paramref name="candidate"/> takes the place of <paramref name="current"/>.</summary>
    public static bool Supersedes(Member candidate, Member current) => Compare(candidate, current) > 0;

    /// <summary>Above 0 when <paramref name="a"/> counts, 0 when both say the same.</summary>
    public static int Compare(Member a, Member b)
    {
        int boots = a.Boot.CompareTo(b.Boot);
        if (boots != 0)
        {
            return boots;
        }
        int incarnations = a.Incarnation.CompareTo(b.Incarnation);
        return incarnations != 0 ? incarnations : ((byte)a.State).CompareTo((byte)b.State);
    }
}

using Henge.Cluster.Members;

namespace Henge.Tests.Cluster.Rings;

/// <summary>Members to make views of.</summary>
internal static class RingMembers
{
    /// <summary>A member that takes part in the ring.</summary>
    public static Member Member(string name, int weight = 1, string zone = "") => new()
    {
        Id = MemberId.Of(name),
        Boot = new BootId(1),
        Address = name + ":7400",
        Name = name,
        Weight = weight,
        Zone = zone,
        Incarnation = 7,
        Phase = MemberPhase.Ready,
    };

    /// <summary>So many, of names that begin alike.</summary>
    public static Member[] Many(int count, string prefix) =>
        [.. Enumerable.Range(0, count).Select(i => Member($"{prefix}-{i}"))];
}

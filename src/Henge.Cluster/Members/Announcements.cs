using Henge.Cluster.Members.Reports;

namespace Henge.Cluster.Members;

/// <summary>Says in events what changed in a member's record.</summary>
internal static class Announcements
{
    /// <summary>Reports the change from one record to the next; nothing if it matters to nobody.</summary>
    public static void Announce(
        this IClusterHost host, Member old, Member record, IReadOnlyList<Accuser> accusers, MemberId from)
    {
        if (Kind(old, record) is { } kind)
        {
            host.Report(new ClusterEvent(kind, record, Text(kind, accusers, from)));
        }
    }

    private static ClusterEventKind? Kind(Member old, Member record)
    {
        bool isLiving = record.State is MemberState.Alive or MemberState.Suspect;
        if (record.Boot != old.Boot && isLiving)
        {
            return ClusterEventKind.MemberJoined;
        }
        if (record.State != old.State)
        {
            return record.State switch
            {
                MemberState.Alive => ClusterEventKind.MemberAlive,
                MemberState.Suspect => ClusterEventKind.MemberSuspect,
                MemberState.Dead => ClusterEventKind.MemberDead,
                _ => ClusterEventKind.MemberLeft,
            };
        }
        return isLiving && record.Phase == MemberPhase.Leaving && old.Phase != MemberPhase.Leaving
            ? ClusterEventKind.MemberLeaving : null;
    }

    private static string Text(ClusterEventKind kind, IReadOnlyList<Accuser> accusers, MemberId from)
    {
        if (kind != ClusterEventKind.MemberSuspect || accusers.Count == 0)
        {
            return "";
        }
        return (accusers[0].WasRefused ? "its process is gone" : "it does not answer")
            + (accusers[0].Id == from ? "" : ", as others say");
    }
}

using System.Text;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Witness;

/// <summary>What this process's node sees of the ring.</summary>
internal static class RingLook
{
    /// <summary>The view, how many members are in it, and how many slots are on their way.</summary>
    public static async Task<string> DescribeAsync(HengeNode node)
    {
        ClusterStatus status = await node.Ring!.StatusAsync(CancellationToken.None);
        int ready = status.Members.Count(
            static member => member.State == MemberState.Alive && member.Phase == MemberPhase.Ready);
        return $"ring {status.View.Id} {ready} {status.LoadingSlots}";
    }

    /// <summary>The name of the member that owns a key.</summary>
    public static string OwnerOf(HengeNode node, string key)
    {
        RingView view = node.Ring!.Snapshot.View;
        ReadOnlySpan<ushort> copies = view.CopiesOf(Slot.Of(Encoding.UTF8.GetBytes(key)));
        return copies.IsEmpty ? "nobody" : view.Members[copies[0]].Name;
    }
}

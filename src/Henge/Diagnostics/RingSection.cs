using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Discovery;
using Henge.Peers;

namespace Henge.Diagnostics;

/// <summary>The section of INFO about the ring; empty before the node has started.</summary>
internal static class RingSection
{
    /// <summary># Ring</summary>
    public static void Write(StringBuilder text, HengeNode node, long nowMs)
    {
        if (node.Ring is not { } ring)
        {
            return;
        }
        WriteShape(text, ring.Snapshot);
        WriteDiscovery(text, node, nowMs);
        RingTotals totals = ring.Totals();
        text.Line("misses_due_to_topology", totals.TopologyMisses);
        LaneCounters lanes = totals.Lanes;
        text.Line("commands_forwarded", lanes.Forwarded);
        text.Line("commands_carried_out_for_others", lanes.Served);
        text.Line("commands_tried_again", lanes.Retried);
        text.Line("commands_not_done", lanes.Refused);
        text.Line("commands_uncertain", lanes.Unknown);
        text.Line("keys_fetched", lanes.Fetched);
        text.Line("records_replicated", lanes.Replicated);
        text.Line("records_taken", lanes.Merged);
        text.Line("records_without_room", lanes.NoRoom);
        text.Line("writes_not_replicated_in_time", lanes.Unreplicated);
        text.Line("peer_messages_without_sense", lanes.BadMessages);
        text.Line("peer_links_opened", Interlocked.Read(ref totals.Links.Opened));
        text.Line("peer_links_turned_away", Interlocked.Read(ref totals.Links.TurnedAway));
        text.Line("peer_links_with_bad_frames", Interlocked.Read(ref totals.Links.BadFrames));
        text.Line("peer_links_stuck", Interlocked.Read(ref totals.Links.Stuck));
    }

    // The source stands last, since there may be commas in it.
    private static void WriteDiscovery(StringBuilder text, HengeNode node, long nowMs)
    {
        int number = 0;
        foreach (SourceStatus status in node.Discovery.Status)
        {
            long seconds = status.AnsweredAtMs is { } answeredMs ? Math.Max(0, nowMs - answeredMs) / 1000 : -1;
            text.Line($"discovery{number}",
                $"up={(status.IsUp ? 1 : 0)},addresses={status.Addresses},seconds_since_answer={seconds},"
                + $"errors={status.Errors},source={status.Source}");
            if (status.Problem.Length > 0)
            {
                text.Line($"discovery{number}_problem", status.Problem.ReplaceLineEndings(" "));
            }
            number++;
        }
    }

    private static void WriteShape(StringBuilder text, ClusterSnapshot snapshot)
    {
        int self = snapshot.View.PlaceOf(snapshot.Self.Id);
        int owned = 0;
        int replicated = 0;
        int loading = 0;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            int place = self < 0 ? -1 : snapshot.View.CopiesOf(new Slot(slot)).IndexOf((ushort)self);
            owned += place == 0 ? 1 : 0;
            replicated += place > 0 ? 1 : 0;
            loading += place >= 0 && !snapshot.IsAlone && !snapshot.Complete[slot] ? 1 : 0;
        }
        text.Line("ring_view", snapshot.View.Id.ToString());
        text.Line("ring_copies", snapshot.View.Copies);
        text.Line("ring_members", snapshot.Members.Count);
        text.Line("ring_members_alive", snapshot.Members.Values.Count(m => m.State == MemberState.Alive));
        text.Line("ring_slots_owned", owned);
        text.Line("ring_slots_replicated", replicated);
        text.Line("ring_slots_loading", loading);
    }
}

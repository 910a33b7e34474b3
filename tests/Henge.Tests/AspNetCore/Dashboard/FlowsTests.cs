using Henge.AspNetCore.Dashboard;
using Henge.AspNetCore.Dashboard.Json;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Diagnostics.Figures;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary>What moves in the ring, put together from what its members say.</summary>
public sealed class FlowsTests
{
    private static readonly MemberId s_a = new(1);
    private static readonly MemberId s_b = new(2);
    private static readonly MemberId s_c = new(3);

    [Fact]
    public void What_both_ends_tell_is_one_flow_as_the_receiver_sees_it_whoever_comes_first()
    {
        var sender = new TransferStatus(s_b, IsIncoming: false, 10, 100, 1000, 0.4);
        var receiver = new TransferStatus(s_a, IsIncoming: true, 10, 90, 900, 0.3);
        foreach (bool isSenderFirst in (bool[])[true, false])
        {
            var flows = new Flows();
            flows.Add(isSenderFirst ? s_a : s_b, [isSenderFirst ? sender : receiver]);
            flows.Add(isSenderFirst ? s_b : s_a, [isSenderFirst ? receiver : sender]);
            FlowReply one = Assert.Single(flows.Replies());
            Assert.Equal((s_a.ToString(), s_b.ToString(), 900, 0.3), (one.From, one.To, one.Bytes, one.Progress));
        }
    }

    [Fact]
    public void What_moves_between_others_is_there_and_of_a_silent_receiver_what_the_sender_says()
    {
        var flows = new Flows();
        flows.Add(s_a, []);
        flows.Add(s_c, [new TransferStatus(s_b, IsIncoming: true, 1, 0, 0, 0), new(s_a, false, 2, 0, 0, 0)]);
        Assert.Equal(
            [(s_b.ToString(), s_c.ToString(), 1), (s_c.ToString(), s_a.ToString(), 2)],
            flows.Replies().Select(static flow => (flow.From, flow.To, flow.Slots)));
    }

    [Fact]
    public void Pulls_of_one_pair_and_way_are_one_with_the_progress_of_their_slots()
    {
        IReadOnlyList<TransferStatus> together = RunningTransfers.Together(
            [new(s_a, true, 30, 1, 10, 1), new(s_a, true, 10, 2, 20, 0), new(s_a, false, 0, 0, 0, 0)]);
        Assert.Equal([new TransferStatus(s_a, true, 40, 3, 30, 0.75), new(s_a, false, 0, 0, 0, 0)], together);
    }
}

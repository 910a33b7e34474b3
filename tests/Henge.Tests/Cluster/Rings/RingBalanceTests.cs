using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Rings;

/// <summary>
/// How evenly slots are spread, over memberships with fixed names; docs/ring.md has figures of longer runs.
/// </summary>
public sealed class RingBalanceTests
{
    [Theory]
    [InlineData(2, 20, 1.10)]
    [InlineData(3, 20, 1.10)]
    [InlineData(7, 20, 1.10)]
    [InlineData(12, 20, 1.10)]
    [InlineData(16, 100, 1.10)]
    [InlineData(100, 10, 1.25)]
    public void Nobody_owns_much_more_than_the_mean(int count, int memberships, double bound)
    {
        for (int i = 0; i < memberships; i++)
        {
            RingView view = RingView.Create(RingMembers.Many(count, $"node-{i}"), 1);
            double worst = Owned(view).Max() * (double)count / Slot.Count;
            Assert.True(worst <= bound, $"membership {i} of {count}: {worst}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Addresses_that_differ_in_one_digit_are_spread_as_well(int count)
    {
        Member[] members =
            [.. Enumerable.Range(0, count).Select(i => RingMembers.Member($"127.0.0.1:{7400 + i}"))];
        Assert.True(Owned(RingView.Create(members, 2)).Max() * (double)count / Slot.Count <= 1.10);
    }

    [Fact]
    public void Shares_follow_weights()
    {
        int[] weights = [1, 1, 2, 4, 8];
        double[] owned = new double[weights.Length];
        const int Memberships = 20;
        for (int i = 0; i < Memberships; i++)
        {
            Member[] members = [.. weights.Select((weight, j) => RingMembers.Member($"{i}-{j}", weight))];
            RingView view = RingView.Create(members, 1);
            int[] counts = Owned(view);
            for (int j = 0; j < weights.Length; j++)
            {
                owned[j] += counts[view.PlaceOf(members[j].Id)];
            }
        }
        for (int j = 0; j < weights.Length; j++)
        {
            double expected = Memberships * Slot.Count * weights[j] / (double)weights.Sum();
            Assert.InRange(owned[j], 0.97 * expected, 1.03 * expected);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void About_a_share_of_the_slots_moves_when_a_member_comes(int count)
    {
        Member[] members = RingMembers.Many(count, "node");
        RingView before = RingView.Create(members[1..], 2);
        RingView after = RingView.Create(members, 2);
        int moved = Enumerable.Range(0, Slot.Count).Select(i => new Slot(i)).Count(slot =>
            before.Members[before.CopiesOf(slot)[0]] != after.Members[after.CopiesOf(slot)[0]]);
        Assert.InRange(moved, 0.9 * Slot.Count / count, 1.1 * Slot.Count / count);
    }

    [Fact]
    public void Replicas_are_spread_too()
    {
        const int Count = 16;
        RingView view = RingView.Create(RingMembers.Many(Count, "node"), 3);
        for (int copy = 1; copy < 3; copy++)
        {
            var held = new int[Count];
            for (int slot = 0; slot < Slot.Count; slot++)
            {
                held[view.CopiesOf(new Slot(slot))[copy]]++;
            }
            Assert.True(held.Max() * (double)Count / Slot.Count <= 1.15);
        }
    }

    private static int[] Owned(RingView view)
    {
        var owned = new int[view.Members.Count];
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            owned[view.CopiesOf(new Slot(slot))[0]]++;
        }
        return owned;
    }
}

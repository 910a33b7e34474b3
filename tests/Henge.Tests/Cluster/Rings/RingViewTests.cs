using FsCheck;
using FsCheck.Fluent;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Rings;

/// <summary>What holds of every view, whoever its members are.</summary>
public sealed class RingViewTests
{
    // The members of a ring: 0 to 12 of them, of weights 1 to 4 and up to four zones.
    private static readonly Gen<Member[]> s_members =
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Choose(0, 12)
        from weights in Gen.Choose(1, 4).ArrayOf(count)
        from zones in Gen.Choose(0, 3).ArrayOf(count)
        select Enumerable.Range(0, count)
            .Select(i => RingMembers.Member($"{seed}-{i}", weights[i], zones[i] == 0 ? "" : $"zone {zones[i]}"))
            .ToArray();

    [Fact]
    public void A_view_is_a_function_of_the_set_of_members() =>
        Check(s_members, (members, copies) =>
        {
            RingView one = RingView.Create(members, copies);
            RingView other = RingView.Create(members.Reverse(), copies);
            return one.Id == other.Id
                && one.Members.SequenceEqual(other.Members)
                && AllSlots(one).SequenceEqual(AllSlots(other));
        });

    [Fact]
    public void Each_slot_has_as_many_distinct_copies_as_there_can_be() =>
        Check(s_members, (members, copies) =>
        {
            RingView view = RingView.Create(members, copies);
            int expected = Math.Min(copies, members.Length);
            return view.Copies == expected
                && Slots().All(slot => view.CopiesOf(slot).ToArray() is { } places
                    && places.Length == expected
                    && places.Distinct().Count() == expected
                    && places.All(place => place < members.Length));
        });

    [Fact]
    public void Copies_are_in_as_many_zones_as_there_can_be() =>
        Check(s_members, (members, copies) =>
        {
            RingView view = RingView.Create(members, copies);
            int zones = members.Select(m => m.Zone).Distinct().Count();
            return Slots().All(slot =>
                view.CopiesOf(slot).ToArray().Select(place => view.Members[place].Zone).Distinct().Count()
                    == Math.Min(view.Copies, zones));
        });

    [Fact]
    public void Zones_do_not_change_owners() =>
        Check(s_members, (members, copies) =>
        {
            RingView with = RingView.Create(members, copies);
            RingView without = RingView.Create(members.Select(m => m with { Zone = "" }), copies);
            return members.Length == 0
                || Slots().All(slot => with.CopiesOf(slot)[0] == without.CopiesOf(slot)[0]);
        });

    [Fact]
    public void Without_zones_whoever_goes_is_followed_by_the_next_copy_and_nothing_else_moves() =>
        Check(s_members, (members, copies) =>
        {
            Member[] zoneless = [.. members.Select(m => m with { Zone = "" })];
            RingView before = RingView.Create(zoneless, copies);
            return zoneless.All(gone =>
            {
                RingView after = RingView.Create(zoneless.Where(m => m != gone), copies);
                return Slots().All(slot =>
                    Ids(after, slot).Take(before.Copies - 1).SequenceEqual(
                        Ids(before, slot).Where(id => id != gone.Id).Take(Math.Min(before.Copies - 1, after.Copies))));
            });
        });

    [Fact]
    public void With_zones_whoever_comes_takes_slots_and_moves_no_owner_otherwise() =>
        Check(s_members, (members, copies) =>
        {
            Member newcomer = RingMembers.Member("newcomer", 2, "zone 2");
            RingView before = RingView.Create(members, copies);
            RingView after = RingView.Create([.. members, newcomer], copies);
            return Slots().All(slot => Ids(after, slot).First() is var owner
                && (owner == newcomer.Id || owner == Ids(before, slot).First()));
        });

    [Fact]
    public void Places_are_in_the_order_of_ids() =>
        Check(s_members, (members, copies) =>
        {
            RingView view = RingView.Create(members, copies);
            return view.Members.Select(m => m.Id).SequenceEqual(members.Select(m => m.Id).Order())
                && members.All(m => view.Members[view.PlaceOf(m.Id)] == m)
                && view.PlaceOf(MemberId.Of("somebody else")) == -1;
        });

    [Fact]
    public void Only_members_in_the_ring_have_places()
    {
        Member ready = RingMembers.Member("a");
        Member[] others =
        [
            RingMembers.Member("weightless", weight: 0),
            RingMembers.Member("suspect") with { State = MemberState.Suspect },
            RingMembers.Member("dead") with { State = MemberState.Dead },
            RingMembers.Member("left") with { State = MemberState.Left },
            RingMembers.Member("joining") with { Phase = MemberPhase.Joining },
            RingMembers.Member("leaving") with { Phase = MemberPhase.Leaving },
        ];
        RingView view = RingView.Create([.. others, ready], 2);
        Assert.Equal([ready], view.Members);
        Assert.Equal(RingView.Create([ready], 2).Id, view.Id);
        Assert.All(others, m => Assert.Equal(-1, view.PlaceOf(m.Id)));
    }

    [Fact]
    public void A_view_of_nobody_has_an_id_and_no_copies()
    {
        RingView view = RingView.Create([], 2);
        Assert.NotEqual(default, view.Id);
        Assert.Equal(0, view.Copies);
        Assert.True(view.CopiesOf(new Slot(16383)).IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(RingView.MaxCopies + 1)]
    public void A_count_of_copies_out_of_range_is_refused(int copies) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RingView.Create([], copies));

    [Fact]
    public void An_id_depends_on_whatever_makes_the_view()
    {
        Member member = RingMembers.Member("a", 1, "zone");
        Member[] variants =
        [
            member,
            member with { Id = MemberId.Of("b") },
            member with { Boot = new BootId(2) },
            member with { Incarnation = member.Incarnation + 1 },
            member with { Weight = 2 },
            member with { Zone = "" },
        ];
        ViewId[] ids = [.. variants.Select(m => RingView.Create([m], 1).Id), RingView.Create([member], 2).Id];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids[0], RingView.Create([member with { Name = "renamed", Address = "else:1" }], 1).Id);
    }

    // Whoever computes otherwise, on whatever platform, splits the ownership of slots: these numbers never change.
    [Fact]
    public void Placement_is_the_same_for_all_time()
    {
        Member[] members =
        [
            RingMembers.Member("a"),
            RingMembers.Member("b", 2),
            RingMembers.Member("c", 3, "zone"),
            RingMembers.Member("d"),
        ];
        RingView view = RingView.Create(members, 3);
        ulong placement = 0;
        foreach (ushort place in AllSlots(view))
        {
            placement = Mixing.Of(placement, place);
        }
        Assert.Equal("115ff9c8f8825a09", view.Id.ToString());
        Assert.Equal(16495181151133469877UL, placement);
    }

    private static IEnumerable<Slot> Slots() => Enumerable.Range(0, Slot.Count).Select(i => new Slot(i));

    private static IEnumerable<ushort> AllSlots(RingView view) =>
        Slots().SelectMany(slot => view.CopiesOf(slot).ToArray());

    private static IEnumerable<MemberId> Ids(RingView view, Slot slot) =>
        view.CopiesOf(slot).ToArray().Select(place => view.Members[place].Id);

    private static void Check(Gen<Member[]> members, Func<Member[], int, bool> holds) =>
        FsCheck.Fluent.Prop.ForAll(
            (from some in members from copies in Gen.Choose(1, RingView.MaxCopies) select (some, copies)).ToArbitrary(),
            input => holds(input.some, input.copies))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(20));
}

using FsCheck;
using FsCheck.Fluent;

using Henge.Cluster.Members;

using Xunit;

namespace Henge.Tests.Cluster.Members;

public sealed class PrecedenceTests
{
    private static readonly Gen<Member> s_records =
        from boot in Gen.Choose(0, 2)
        from incarnation in Gen.Choose(0, 2)
        from state in Gen.Choose(0, 3)
        select new Member
        {
            Id = MemberId.Of("a"),
            Boot = new BootId((ulong)boot),
            Address = "a:1",
            Incarnation = (uint)incarnation,
            State = (MemberState)state,
        };

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() =>
        Prop.ForAll(s_records.ArrayOf(3).ToArbitrary(), r =>
            Merge(r[0], r[1]) == Merge(r[1], r[0])
            && Merge(Merge(r[0], r[1]), r[2]) == Merge(r[0], Merge(r[1], r[2]))
            && Merge(r[0], r[0]) == r[0])
        .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_later_boot_counts_more_than_any_accusation()
    {
        Member dead = Record(1, 9, MemberState.Left);
        Assert.True(Precedence.Supersedes(Record(2, 0, MemberState.Alive), dead));
        Assert.False(Precedence.Supersedes(dead, Record(2, 0, MemberState.Alive)));
    }

    [Fact]
    public void An_accusation_counts_at_its_incarnation_and_no_later()
    {
        Assert.True(Precedence.Supersedes(Record(1, 3, MemberState.Suspect), Record(1, 3, MemberState.Alive)));
        Assert.False(Precedence.Supersedes(Record(1, 3, MemberState.Dead), Record(1, 4, MemberState.Alive)));
        Assert.False(Precedence.Supersedes(Record(1, 3, MemberState.Alive), Record(1, 3, MemberState.Alive)));
    }

    private static Member Merge(Member a, Member b) => Precedence.Supersedes(b, a) ? b : a;

    private static Member Record(ulong boot, uint incarnation, MemberState state) => new()
    {
        Id = MemberId.Of("a"),
        Boot = new BootId(boot),
        Address = "a:1",
        Incarnation = incarnation,
        State = state,
    };
}

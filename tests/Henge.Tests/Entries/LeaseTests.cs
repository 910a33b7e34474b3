using System.Text;

using Henge.Cluster.Members;
using Henge.Entries;
using Henge.Entries.Leases;
using Henge.Storage;
using Henge.Tests.Routing;

using Xunit;

namespace Henge.Tests.Entries;

/// <summary>Of many callers that miss one key, one is given the right to fill it.</summary>
public sealed class LeaseTests
{
    private const int LeaseMs = 5000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_caller_of_the_ring_gets_the_lease_and_its_fill_is_what_all_read(int owner)
    {
        using var ring = new TestRing(3, copies: 2);
        byte[] key = Bytes(ring.KeyOf(ring[owner]));

        EntryAnswer first = Ask(ring, ring[0], key);
        Assert.Equal(EntryStatus.Leased, first.Status);
        foreach (TestNode node in ring.Nodes)
        {
            ring.Advance(1000);
            EntryAnswer other = Ask(ring, node, key);
            Assert.Equal((EntryStatus.Held, 5000L - (1000 * (node.Index + 1))), (other.Status, other.HeldMs));
        }

        Assert.Equal(EntryStatus.Done, Fill(ring, ring[0], key, first.Token, "v").Status);

        foreach (TestNode node in ring.Nodes)
        {
            EntryAnswer found = Ask(ring, node, key);
            Assert.Equal((EntryStatus.Done, "v"), (found.Status, Encoding.UTF8.GetString(found.Value!)));
        }
        Assert.Equal(0, ring[owner].Node.Leases.Count);
        Assert.Equal((1, 3, 0, 0), Counted(ring[owner]));
    }

    [Fact]
    public void A_lease_fills_once()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        Assert.Equal(EntryStatus.Done, Fill(ring, ring[0], key, token, "1").Status);
        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "2").Status);

        Assert.Equal("1", Encoding.UTF8.GetString(Ask(ring, ring[0], key).Value!));
        Assert.Equal((1, 0, 1, 0), Counted(ring[1]));
    }

    [Theory]
    [InlineData("SET k other")]
    [InlineData("DEL k")]
    [InlineData("HSET k field value")]
    [InlineData("APPEND k more")]
    [InlineData("SETBIT k 7 1")]
    [InlineData("FLUSHALL")]
    public void What_any_client_writes_or_deletes_ends_the_lease(string command)
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        string[] words = command.Split(' ');
        ring[0].Connect().Call([.. words.Select(word => word == "k" ? Encoding.UTF8.GetString(key) : word)]);

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
    }

    [Fact]
    public void A_deletion_by_an_application_ends_the_lease_though_nothing_was_there()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        Run(ring, ring[1].Node.Entries.DeleteAsync(key, default, CancellationToken.None));

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
        Assert.Equal(EntryStatus.Leased, Ask(ring, ring[0], key).Status);
    }

    [Fact]
    public void What_comes_from_another_copy_ends_the_lease()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;
        Store store = ring[1].Node.Store;

        store.Merge(
            new EntryRecord { Key = key, Type = EntryType.String, Version = store.Clock(ring.Now.UnixMs) + 1 },
            checksFloor: false, ring.Now.UnixMs);

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
    }

    [Fact]
    public void Other_keys_change_nothing()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        byte[] other = Bytes(ring.KeyOf(ring[1], nth: 1));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], other, token, "wrong").Status);
        Run(ring, ring[0].Node.Entries.SetAsync(other, "v"u8.ToArray(), default, CancellationToken.None));

        Assert.Equal(EntryStatus.Done, Fill(ring, ring[0], key, token, "v").Status);
    }

    [Fact]
    public void A_lease_ends_with_its_time_and_is_swept()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        ring.Advance(LeaseMs - 1);
        Assert.Equal(EntryStatus.Held, Ask(ring, ring[1], key).Status);
        ring.Advance(1);

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
        ring[1].Node.Leases.Sweep();
        Assert.Equal(0, ring[1].Node.Leases.Count);
        Assert.Equal(EntryStatus.Leased, Ask(ring, ring[1], key).Status);
        ring[1].Node.Leases.Sweep();
        Assert.Equal(1, ring[1].Node.Leases.Count);
    }

    [Fact]
    public void A_lease_that_is_given_back_goes_to_the_next()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        Assert.Equal(EntryStatus.Done, Release(ring, ring[0], key, token));
        Assert.Equal(EntryStatus.StaleLease, Release(ring, ring[0], key, token));

        LeaseToken next = Ask(ring, ring[1], key).Token;
        Assert.NotEqual(token, next);
        Assert.Equal(EntryStatus.StaleLease, Release(ring, ring[0], key, token));
        Assert.Equal(EntryStatus.Done, Fill(ring, ring[1], key, next, "v").Status);
    }

    [Theory]
    [InlineData((int)MemberState.Dead)]
    [InlineData((int)MemberState.Left)]
    public void A_lease_ends_with_its_holder(int state)
    {
        using var ring = new TestRing(3);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;

        ring.Believe(ring[1], ring[0].Self with { State = MemberState.Suspect });
        Assert.Equal(EntryStatus.Held, Ask(ring, ring[2], key).Status);
        ring.Believe(ring[1], ring[0].Self with { State = (MemberState)state });

        EntryAnswer next = Ask(ring, ring[2], key);
        Assert.Equal(EntryStatus.Leased, next.Status);
        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
        Assert.Equal(EntryStatus.Done, Fill(ring, ring[2], key, next.Token, "v").Status);
    }

    [Fact]
    public void Another_process_of_the_holders_node_does_not_hold_its_lease()
    {
        using var ring = new TestRing(3);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        Ask(ring, ring[0], key);

        ring.Believe(ring[1], ring[0].Self with { Boot = new BootId(2) });

        Assert.Equal(EntryStatus.Leased, Ask(ring, ring[2], key).Status);
    }

    [Fact]
    public void A_new_owner_knows_no_lease_and_the_former_one_forgets_it()
    {
        using var ring = new TestRing(3);
        byte[] key = Bytes(ring.KeyOf(ring[2]));
        byte[] stays = Bytes(ring.KeyOf(ring[1]));
        LeaseToken token = Ask(ring, ring[0], key).Token;
        LeaseToken kept = Ask(ring, ring[0], stays).Token;

        ring.Publish(without: ring[2]);

        Assert.Equal(0, ring[2].Node.Leases.Count);
        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
        Assert.Equal(EntryStatus.Leased, Ask(ring, ring[0], key).Status);
        Assert.Equal(EntryStatus.Done, Fill(ring, ring[0], stays, kept, "v").Status);

        ring.Publish();

        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], key, token, "late").Status);
    }

    [Fact]
    public void A_question_whose_answer_was_lost_is_answered_as_before()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        LeaseRequest asked = ring[0].Node.Leases.Request(LeaseMs);

        EntryAnswer first = Take(ring[1], key, asked);
        EntryAnswer again = Take(ring[1], key, asked);
        EntryAnswer other = Take(ring[1], key, ring[0].Node.Leases.Request(LeaseMs));

        Assert.Equal((EntryStatus.Leased, first.Token), (again.Status, again.Token));
        Assert.Equal(EntryStatus.Held, other.Status);
    }

    [Fact]
    public void Beyond_the_bound_leases_are_given_and_not_remembered()
    {
        using var ring = new TestRing(1);
        LeaseTable leases = ring[0].Node.Leases;
        for (int i = 0; i < LeaseTable.MaxLeases; i++)
        {
            Assert.Equal(EntryStatus.Leased, Take(ring[0], Bytes($"key{i}"), leases.Request(LeaseMs)).Status);
        }
        LeaseToken first = Take(ring[0], Bytes("more"), leases.Request(LeaseMs)).Token;
        EntryAnswer second = Take(ring[0], Bytes("more"), leases.Request(LeaseMs));

        Assert.Equal(LeaseTable.MaxLeases, leases.Count);
        Assert.Equal(EntryStatus.Leased, second.Status);
        Assert.Equal(EntryStatus.StaleLease, Fill(ring, ring[0], Bytes("more"), first, "v").Status);
        Assert.Equal(EntryStatus.Held, Take(ring[0], Bytes("key0"), leases.Request(LeaseMs)).Status);
        Assert.Equal((LeaseTable.MaxLeases + 2, 1, 1, 2), Counted(ring[0]));

        leases.Clear();
        Assert.Equal(0, leases.Count);
        Assert.Equal(EntryStatus.Leased, Take(ring[0], Bytes("key0"), leases.Request(LeaseMs)).Status);
    }

    [Fact]
    public void Who_wants_no_value_gets_none_and_a_hit_is_no_use()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        Run(ring, ring[0].Node.Entries.SetAsync(key, "v"u8.ToArray(), default, CancellationToken.None));

        EntryAnswer found = Run(ring, ring[0].Node.LeaseCalls.GetOrLeaseAsync(
            key, EntryFlags.WithoutValue, LeaseMs, CancellationToken.None));

        Assert.Equal(EntryStatus.Done, found.Status);
        Assert.Empty(found.Value!);
        Assert.Equal(0, ring[1].Node.Store.GetStatistics().Hits);
        Assert.Equal(EntryStatus.WrongType, Hash(ring, key));
    }

    [Fact]
    public void A_hit_that_is_kept_says_where_it_is_from()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        Run(ring, ring[0].Node.Entries.SetAsync(
            key, "v"u8.ToArray(), new(new Lifetime(1000, 0, 0)), CancellationToken.None));

        EntryAnswer found = Run(ring, ring[0].Node.LeaseCalls.GetOrLeaseAsync(
            key, EntryFlags.Keeps, LeaseMs, CancellationToken.None));

        Assert.Equal((EntryStatus.Done, ring[1].Self.Id), (found.Status, found.Provenance!.Owner));
        Assert.Equal(1000, found.Provenance.LeftMs);
    }

    [Fact]
    public void A_lease_that_comes_when_nobody_waits_for_it_any_more_is_given_back()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));

        // Nothing is carried out before the pump.
        var late = Assert.Throws<HengeException>(() => ring[0].Node.LeaseCalls.GetOrLeaseAsync(
            key, EntryFlags.None, LeaseMs, TimeSpan.Zero, CancellationToken.None).AsTask().GetAwaiter().GetResult());
        Assert.Equal(HengeFailure.OwnerAway, late.Failure);
        ring.Pump();
        Assert.Equal(1, Counted(ring[1]).Given);

        Assert.True(SpinWait.SpinUntil(() => ring[0].HasWork, TimeSpan.FromSeconds(30)));
        ring.Pump();
        Assert.Equal(0, ring[1].Node.Leases.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_lease_that_is_renewed_lasts_so_much_longer_from_then(int owner)
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[owner]));
        LeaseToken token = Ask(ring, ring[0], key).Token;
        ring.Advance(4000);

        Assert.Equal(EntryStatus.Done, Renew(5000));
        Assert.Equal(5000, Ask(ring, ring[1], key).HeldMs);
        Assert.Equal(EntryStatus.Done, Renew(1000));
        Assert.Equal(5000, Ask(ring, ring[1], key).HeldMs);

        ring.Advance(5000);
        Assert.Equal(EntryStatus.StaleLease, Renew(5000));
        LeaseToken next = Ask(ring, ring[1], key).Token;
        Assert.NotEqual(default, next);
        Assert.Equal(EntryStatus.StaleLease, Renew(5000));
        Assert.Equal(EntryStatus.Done, Fill(ring, ring[1], key, next, "v").Status);
        Assert.Equal(EntryStatus.StaleLease, Renew(5000));

        EntryStatus Renew(int milliseconds) => Run(
            ring, ring[0].Node.LeaseCalls.RenewAsync(key, token, milliseconds, CancellationToken.None)).Status;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(LeaseRequest.LongestMs + 1)]
    public void A_lease_of_no_time_or_without_end_is_misuse(int milliseconds)
    {
        using var ring = new TestRing(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring[0].Node.LeaseCalls.GetOrLeaseAsync(
            Bytes("k"), EntryFlags.None, milliseconds, CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    [Fact]
    public void INFO_counts_leases()
    {
        using var ring = new TestRing(1);
        Ask(ring, ring[0], Bytes("k"));
        string report = ring[0].Connect().Call("INFO", "stats");

        Assert.Contains("\r\nleases:1\r\nleases_given:1\r\nleases_held:0\r\nleases_stale:0\r\nleases_forgotten:0\r\n",
            report, StringComparison.Ordinal);
    }

    private static EntryStatus Hash(TestRing ring, byte[] key)
    {
        RingClient client = ring[0].Connect();
        client.Call("DEL", Encoding.UTF8.GetString(key));
        client.Call("HSET", Encoding.UTF8.GetString(key), "field", "value");
        return Ask(ring, ring[0], key).Status;
    }

    private static EntryAnswer Take(TestNode owner, byte[] key, LeaseRequest request)
    {
        using EntryScope entry = owner.Node.Store.Open(key, owner.Node.NowMs);
        return owner.Node.Leases.Take(key, request);
    }

    private static EntryAnswer Ask(TestRing ring, TestNode node, byte[] key) => Run(
        ring, node.Node.LeaseCalls.GetOrLeaseAsync(key, EntryFlags.None, LeaseMs, CancellationToken.None));

    private static EntryAnswer Fill(TestRing ring, TestNode node, byte[] key, LeaseToken token, string value) => Run(
        ring, node.Node.Entries.SetAsync(
            key, Bytes(value), new(default, EntryCondition.IfLeased, token.Value), CancellationToken.None));

    private static EntryStatus Release(TestRing ring, TestNode node, byte[] key, LeaseToken token) =>
        Run(ring, node.Node.LeaseCalls.ReleaseAsync(key, token, CancellationToken.None)).Status;

    private static (long Given, long Held, long Stale, long Forgotten) Counted(TestNode node) => (
        node.Node.Counters.LeasesGiven, node.Node.Counters.LeasesHeld, node.Node.Counters.LeasesStale,
        node.Node.Counters.LeasesForgotten);

    private static EntryAnswer Run(TestRing ring, ValueTask<EntryAnswer> call)
    {
        ring.Pump();
        return call.AsTask().GetAwaiter().GetResult();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

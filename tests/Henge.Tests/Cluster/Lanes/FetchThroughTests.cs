using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>
/// The cases of fetch-through that every design gets wrong once. n0 is the new owner, n1 and n2 held the data.
/// </summary>
public sealed class FetchThroughTests : IDisposable
{
    private readonly LaneRing _ring = new(3, new ClusterOptions { Copies = 1 });
    private readonly RingView _alone;
    private ulong _clock;

    public FetchThroughTests() => _alone = _ring.View(_ring[0]);

    private LaneNode Owner => _ring[0];

    private LaneNode Old => _ring[1];

    [Fact]
    public void A_key_that_has_not_arrived_is_returned_and_kept_with_its_version_and_expiry()
    {
        Put(Old, "k", "x", expiresAtMs: _ring.Now.UnixMs + 60_000);
        Load([Old], trustsLocal: true);
        Assert.Equal("x", _ring.Run(Owner, "GET", "k"));
        Assert.Equal(Describe(Old, "k"), Describe(Owner, "k"));
        Assert.Equal("x", _ring.Run(Owner, "GET", "k"));
        Assert.Equal(1, Owner.Lane.Counters.Fetched);
    }

    [Fact]
    public void A_tombstone_at_the_source_is_a_miss_and_is_kept()
    {
        Put(Old, "k", "x");
        Remove(Old, "k");
        Load(Old);
        Assert.Equal("-", _ring.Run(Owner, "GET", "k"));
        Assert.StartsWith("Deleted", Describe(Owner, "k"), StringComparison.Ordinal);
        Assert.Equal(Describe(Old, "k"), Describe(Owner, "k"));
    }

    [Fact]
    public void A_newer_tombstone_here_wins_over_the_old_copy()
    {
        Put(Old, "k", "x");
        _ring.Advance(10);
        Put(Owner, "k", "y");
        Remove(Owner, "k");
        Load(Old);
        Assert.Equal("-", _ring.Run(Owner, "GET", "k"));
        Assert.StartsWith("Deleted", Describe(Owner, "k"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_copy_at_the_source_wins_over_what_is_not_known_to_be_fresh()
    {
        Put(Owner, "k", "stale");
        _ring.Advance(10);
        Put(Old, "k", "new");
        Load(Old);
        Assert.Equal("new", _ring.Run(Owner, "GET", "k"));
    }

    [Fact]
    public void What_is_here_is_trusted_where_nothing_was_before_the_load()
    {
        Put(Owner, "k", "x");
        Load([Old], trustsLocal: true);
        Owner.LinkTo(Old).IsHeld = true;
        Assert.Equal("x", _ring.Run(Owner, "GET", "k"));
        Assert.Null(_ring.Start(Owner, "GET", "other").Outcome);
    }

    [Fact]
    public void What_was_written_after_the_load_began_is_fresh()
    {
        Load(Old);
        Owner.LinkTo(Old).IsHeld = true;
        Assert.Equal("OK", _ring.Run(Owner, "SET", "k", "x"));
        Assert.Equal("x", _ring.Run(Owner, "GET", "k"));
        Assert.Equal(0, Owner.Lane.Counters.Fetched);
    }

    [Fact]
    public void A_source_that_cannot_be_reached_is_an_error_in_the_end_and_never_a_miss()
    {
        Load(Old);
        _ring.Cut(Owner, Old);
        TestOperation read = _ring.Start(Owner, "GET", "k", timeoutMs: 200);
        _ring.Advance(190);
        Assert.Null(read.Outcome);
        _ring.Advance(10);
        Assert.Equal(Outcome.NotDone, read.Outcome);
        Assert.Equal(1, Owner.Shared.TopologyMisses);
        Assert.False(Owner.Lane.IsBusy);
    }

    [Fact]
    public void A_source_that_is_gone_counts_no_longer_and_the_others_do()
    {
        Put(_ring[2], "k", "x");
        Load([Old, _ring[2]]);
        _ring.Cut(Owner, Old);
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        Assert.Null(read.Outcome);
        Load([_ring[2]], keepsLoad: true);
        _ring.Pump();
        Assert.Equal("x", read.Reply);
    }

    [Fact]
    public void A_broken_link_is_asked_again()
    {
        Put(Old, "k", "x");
        Load(Old);
        Owner.LinkTo(Old).HoldsReplies = true;
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        _ring.Cut(Owner, Old);
        _ring.Connect(Owner, Old);
        _ring.Pump();
        Assert.Equal("x", read.Reply);
    }

    [Fact]
    public void All_sources_are_asked_and_the_newest_version_wins()
    {
        Put(Old, "k", "older");
        _ring.Advance(10);
        Put(_ring[2], "k", "newer");
        Load([Old, _ring[2]]);
        Assert.Equal("newer", _ring.Run(Owner, "GET", "k"));
    }

    [Fact]
    public void A_value_that_arrives_in_bulk_while_the_fetch_runs_and_is_newer_wins()
    {
        Put(Old, "k", "x");
        Load(Old);
        Owner.LinkTo(Old).HoldsReplies = true;
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        _ring.Advance(10);
        Put(_ring[2], "k", "newer");
        var copier = new MergeInto(Owner.Store, _ring.Now.UnixMs);
        _ring[2].Store.Inspect("k"u8, _ring.Now.UnixMs, ref copier);
        Owner.LinkTo(Old).HoldsReplies = false;
        _ring.Pump();
        Assert.Equal("newer", read.Reply);
    }

    [Fact]
    public void A_thousand_misses_on_one_key_are_one_fetch()
    {
        Put(Old, "k", "x");
        Load(Old);
        List<byte[]> log = Owner.LinkTo(Old).Log = [];
        TestOperation[] reads = [.. Enumerable.Range(0, 1000).Select(_ => _ring.Start(Owner, "GET", "k"))];
        _ring.Pump();
        Assert.All(reads, r => Assert.Equal("x", r.Reply));
        Assert.Single(log);
        Assert.Equal(1, Owner.Lane.Counters.Fetched);
    }

    [Fact]
    public void Keys_of_one_turn_go_in_one_message()
    {
        for (int i = 0; i < 100; i++)
        {
            Put(Old, "k" + i, "x" + i);
        }
        Load(Old);
        List<byte[]> log = Owner.LinkTo(Old).Log = [];
        TestOperation[] reads = [.. Enumerable.Range(0, 100).Select(i => _ring.Start(Owner, "GET", "k" + i))];
        _ring.Pump();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => "x" + i), reads.Select(r => r.Reply));
        Assert.Single(log);
    }

    [Fact]
    public void What_needs_the_old_value_fetches_first()
    {
        Put(Old, "n", "41");
        Load(Old);
        Assert.Equal("42", _ring.Run(Owner, "INCR", "n"));
        Assert.Equal("43", _ring.Run(Owner, "INCR", "n"));
    }

    [Fact]
    public void A_deletion_of_a_key_on_its_way_fetches_it_and_leaves_a_tombstone()
    {
        Put(Old, "k", "x");
        Load(Old);
        Assert.Equal("1", _ring.Run(Owner, "DEL", "k"));
        Assert.StartsWith("Deleted", Describe(Owner, "k"), StringComparison.Ordinal);
        var copier = new MergeInto(Owner.Store, _ring.Now.UnixMs);
        Old.Store.Inspect("k"u8, _ring.Now.UnixMs, ref copier);
        Assert.Equal("-", _ring.Run(Owner, "GET", "k"));
    }

    [Fact]
    public void The_planted_bug_loses_the_deletion()
    {
        using var ring = new LaneRing(2, new ClusterOptions { Copies = 1, Bugs = PlantedBugs.LostDelete });
        Assert.NotNull(ring);
        TestOperation delete = LoadOn(ring, ring[0], ring[1], "DEL");
        Assert.Equal("0", delete.Reply);
    }

    [Fact]
    public void Operations_on_a_key_wait_in_order_for_its_fetch()
    {
        Put(Old, "n", "1");
        Load(Old);
        TestOperation first = _ring.Start(Owner, "GET", "n");
        TestOperation write = _ring.Start(Owner, "SET", "n", "7");
        TestOperation last = _ring.Start(Owner, "INCR", "n");
        Assert.Null(write.Outcome);
        _ring.Pump();
        Assert.Equal(["1", "OK", "8"], [first.Reply, write.Reply, last.Reply]);
    }

    [Fact]
    public void A_source_that_restarted_empty_has_not_answered()
    {
        Put(Old, "k", "x");
        Load([Old, _ring[2]]);
        // The same name, another process: it knows nothing of the slot.
        Owner.LinkTo(Old).IsHeld = true;
        TestOperation read = _ring.Start(Owner, "GET", "k", timeoutMs: 300);
        _ring.Pump();
        Old.Member = Old.Member with { Boot = new BootId(Old.Member.Boot.Value + 1) };
        Remove(Old, "k");
        Old.Lane.Adopt(_ring.Snapshot(Old, _ring.View(Old)), _ring.Now);
        Owner.LinkTo(Old).IsHeld = false;
        _ring.Advance(100);
        Assert.Null(read.Outcome);
        Load([_ring[2]], keepsLoad: true);
        _ring.Pump();
        Assert.Equal("-", read.Reply);
    }

    [Fact]
    public void A_node_that_holds_nothing_of_the_slot_has_not_answered()
    {
        Load([Old], leftover: false);
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Advance(100);
        Assert.Null(read.Outcome);
        Load([Old], keepsLoad: true);
        _ring.Advance(20);
        Assert.Equal("-", read.Reply);
    }

    [Fact]
    public void When_the_load_ends_what_waits_goes_on()
    {
        Load(Old);
        Owner.LinkTo(Old).IsHeld = true;
        TestOperation read = _ring.Start(Owner, "GET", "k");
        TestOperation next = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        Owner.Lane.Adopt(_ring.Snapshot(Owner, _alone), _ring.Now);
        Assert.Equal("-", read.Reply);
        Assert.Equal("-", next.Reply);
        Owner.LinkTo(Old).IsHeld = false;
        _ring.Pump();
        Assert.Equal(1, read.Completions);
    }

    [Fact]
    public void A_later_load_does_not_trust_answers_to_an_earlier_one()
    {
        Load(Old);
        Owner.LinkTo(Old).HoldsReplies = true;
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        // Meanwhile the slot was the old owner's again for a moment.
        Put(Old, "k", "x");
        Load([Old]);
        Owner.LinkTo(Old).HoldsReplies = false;
        _ring.Pump();
        Assert.Equal("x", read.Reply);
        Assert.Equal(2, Owner.Lane.Counters.Fetched);
    }

    [Fact]
    public void A_slot_that_goes_elsewhere_while_loading_takes_what_waits_with_it()
    {
        Put(Old, "k", "x");
        Load(Old);
        Owner.LinkTo(Old).IsHeld = true;
        TestOperation read = _ring.Start(Owner, "GET", "k");
        _ring.Pump();
        _ring.AdoptAll(_ring.View(_ring[1]));
        Owner.LinkTo(Old).IsHeld = false;
        _ring.Pump();
        Assert.Equal("x", read.Reply);
        Assert.True(read.WasRemote);
    }

    [Fact]
    public void Long_values_come_in_several_answers()
    {
        string value = new('v', 200_000);
        string[] keys = ["a", "b", "c", "d", "e"];
        foreach (string key in keys)
        {
            Put(Old, key, value);
        }
        Load(Old);
        TestOperation[] reads = [.. keys.Select(k => _ring.Start(Owner, "GET", k))];
        _ring.Pump();
        Assert.All(reads, r => Assert.Equal(value, r.Reply));
    }

    public void Dispose() => _ring.Dispose();

    // The owner loads all slots from these; they hold what is left of them.
    private void Load(LaneNode source) => Load([source]);

    private void Load(LaneNode[] sources, bool trustsLocal = false, bool keepsLoad = false, bool leftover = true)
    {
        if (!keepsLoad)
        {
            _clock = Owner.Store.Clock(_ring.Now.UnixMs);
            Owner.Store.AdvanceClock(_clock, _ring.Now.UnixMs);
        }
        var load = new SlotLoad
        {
            Sources = [.. sources.Select(s => s.Id)],
            TrustsLocal = trustsLocal,
            Since = _clock,
        };
        foreach (LaneNode node in _ring.Nodes)
        {
            node.Lane.Adopt(
                _ring.Snapshot(
                    node, _alone,
                    (access, loads) =>
                    {
                        if (node == Owner)
                        {
                            Array.Fill(access, SlotAccess.Load);
                            Array.Fill(loads, load);
                        }
                    },
                    left => Array.Fill(left, node != Owner && leftover)),
                _ring.Now);
        }
    }

    private static TestOperation LoadOn(LaneRing ring, LaneNode owner, LaneNode source, string name)
    {
        var load = new SlotLoad { Sources = [source.Id], TrustsLocal = true, Since = ulong.MaxValue };
        owner.Lane.Adopt(
            ring.Snapshot(owner, ring.View(owner), (access, loads) =>
            {
                Array.Fill(access, SlotAccess.Load);
                Array.Fill(loads, load);
            }),
            ring.Now);
        return ring.Start(owner, name, "k");
    }

    private void Put(LaneNode node, string key, string value, long expiresAtMs = 0)
    {
        using (EntryScope scope = node.Store.Open(Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs))
        {
            scope.Set(EntryType.String, Encoding.UTF8.GetBytes(value), expiresAtMs);
        }
        node.Changes.Clear();
    }

    private void Remove(LaneNode node, string key)
    {
        using (EntryScope scope = node.Store.Open(Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs))
        {
            scope.Delete();
        }
        node.Changes.Clear();
    }

    private string Describe(LaneNode node, string key)
    {
        var describer = new Describer();
        KeyState state = node.Store.Inspect(Encoding.UTF8.GetBytes(key), _ring.Now.UnixMs, ref describer);
        return $"{state} {describer.Text}";
    }
}

using System.Buffers;
using System.Text;

using Henge.Cluster.Rings;
using Henge.Entries;
using Henge.Storage;
using Henge.Tags;
using Henge.Tests.Routing;

using Xunit;

namespace Henge.Tests.Entries;

/// <summary>Where operations of this process are carried out, and what their conditions do.</summary>
public sealed class NodeEntriesTests
{
    [Fact]
    public void A_slot_served_here_is_read_here_and_any_other_by_its_owner()
    {
        using var ring = new TestRing(3);
        byte[] own = Bytes(ring.KeyOf(ring[0]));
        byte[] other = Bytes(ring.KeyOf(ring[1]));
        NodeEntries entries = ring[0].Node.Entries;

        Set(ring, entries, own, "here");
        Set(ring, entries, other, "there");

        Assert.True(entries.TryGet(own, uses: true, out EntryAnswer answer));
        Assert.Equal("here", Encoding.UTF8.GetString(answer.Value!));
        Assert.False(entries.TryGet(other, uses: true, out _));
        EntryAnswer asked = Run(ring, entries.GetAsync(other, uses: true, CancellationToken.None));
        Assert.Equal("there", Encoding.UTF8.GetString(asked.Value!));
        Assert.NotEqual(0UL, asked.Version);
        Assert.Equal(1, ring[1].Node.Store.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Conditions_hold_at_the_owner_wherever_it_is(int owner)
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[owner]));
        NodeEntries entries = ring[0].Node.Entries;

        EntryAnswer first = Set(ring, entries, key, "1", new(default, EntryCondition.IfAbsent));
        EntryAnswer second = Set(ring, entries, key, "2", new(default, EntryCondition.IfAbsent));
        EntryAnswer wrong = Set(ring, entries, key, "3", new(default, EntryCondition.IfVersion, first.Version + 1));
        EntryAnswer right = Set(ring, entries, key, "4", new(default, EntryCondition.IfVersion, first.Version));

        Assert.Equal(EntryStatus.Done, first.Status);
        Assert.Equal((EntryStatus.Refused, first.Version), (second.Status, second.Version));
        Assert.Equal((EntryStatus.Refused, first.Version), (wrong.Status, wrong.Version));
        Assert.Equal(EntryStatus.Done, right.Status);
        Assert.True(right.Version > first.Version);
        EntryAnswer kept = Run(ring, entries.DeleteAsync(
            key, new(default, EntryCondition.IfVersion, first.Version), CancellationToken.None));
        EntryAnswer gone = Run(ring, entries.DeleteAsync(
            key, new(default, EntryCondition.IfVersion, right.Version), CancellationToken.None));
        EntryAnswer none = Run(ring, entries.DeleteAsync(key, default, CancellationToken.None));
        Assert.Equal(
            (EntryStatus.Refused, EntryStatus.Done, EntryStatus.Missing), (kept.Status, gone.Status, none.Status));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_invalidated_tag_takes_what_was_written_before_wherever_it_is(int owner)
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[owner]));
        NodeEntries entries = ring[0].Node.Entries;
        NodeTags tags = ring[0].Node.Tags;
        Assert.Null(TagNames.TryMakeList(["a", "b"], mark: null, out byte[] list));
        EntryAnswer set = Set(ring, entries, key, "1", new(Tags: list));
        byte[] block = [2, (byte)list.Length, 0, .. list];
        long epoch = tags.Epoch;

        Invalidate("x", "*");
        Assert.NotEqual(epoch, tags.Epoch);
        Assert.False(tags.IsStale(block, set.Version));
        Assert.Equal(EntryStatus.Done, Get().Status);
        Invalidate("b");

        Assert.True(tags.IsStale(block, set.Version));
        Assert.Equal(EntryStatus.Missing, Get().Status);
        EntryAnswer again = Set(ring, entries, key, "2", new(Tags: list));
        Assert.False(tags.IsStale(block, again.Version));
        Assert.Equal(EntryStatus.Done, Get().Status);

        EntryAnswer Get() => Run(ring, entries.GetAsync(key, uses: true, CancellationToken.None));
        void Invalidate(params string[] names) =>
            Run(ring, After(tags.InvalidateAsync(names, TagNames.Mark, CancellationToken.None)));
    }

    [Fact]
    public void Everything_reaches_what_is_marked_and_nothing_else()
    {
        using var ring = new TestRing(1);
        NodeEntries entries = ring[0].Node.Entries;
        Assert.Null(TagNames.TryMakeList([], TagNames.Mark, out byte[] marked));
        Assert.Null(TagNames.TryMakeList(["a"], mark: null, out byte[] tagged));
        Set(ring, entries, Bytes("marked"), "1", new(Tags: marked));
        Set(ring, entries, Bytes("tagged"), "1", new(Tags: tagged));
        Set(ring, entries, Bytes("plain"), "1");

        Run(ring, After(ring[0].Node.Tags.InvalidateAsync(
            [TagNames.Everything], TagNames.Mark, CancellationToken.None)));

        Assert.True(entries.TryGet(Bytes("marked"), uses: true, out EntryAnswer gone));
        Assert.Equal(EntryStatus.Missing, gone.Status);
        Assert.True(entries.TryGet(Bytes("tagged"), uses: true, out EntryAnswer left));
        Assert.Equal(EntryStatus.Done, left.Status);
        Assert.True(entries.TryGet(Bytes("plain"), uses: true, out left));
        Assert.Equal(EntryStatus.Done, left.Status);
    }

    [Fact]
    public void INFO_counts_tags()
    {
        using var ring = new TestRing(1);
        Run(ring, After(ring[0].Node.Tags.InvalidateAsync(["a", "b"], TagNames.Mark, CancellationToken.None)));

        Assert.Contains(
            "\r\ntags:2\r\ntags_dropped:0\r\ntag_invalidations:1\r\ntag_invalidations_failed:0\r\n",
            ring[0].Connect().Call("INFO", "stats"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peek_counts_nothing()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        Set(ring, ring[0].Node.Entries, key, "v");

        Run(ring, ring[0].Node.Entries.GetAsync(key, uses: false, CancellationToken.None));
        Assert.Equal(0, ring[1].Node.Store.GetStatistics().Hits);
        Run(ring, ring[0].Node.Entries.GetAsync(key, uses: true, CancellationToken.None));
        Assert.Equal(1, ring[1].Node.Store.GetStatistics().Hits);
    }

    [Fact]
    public void A_value_longer_than_its_owner_takes_is_refused_and_the_old_one_stays()
    {
        using var ring = new TestRing(2, configure: static o => o.MaxValue = o.Name == "node1" ? 1024 : 4096);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        Set(ring, ring[0].Node.Entries, key, "old");

        Assert.Equal(EntryStatus.TooLong, Set(ring, ring[0].Node.Entries, key, new string('x', 2000)).Status);

        EntryAnswer left = Run(ring, ring[0].Node.Entries.GetAsync(key, uses: true, CancellationToken.None));
        Assert.Equal("old", Encoding.UTF8.GetString(left.Value!));
    }

    [Fact]
    public void A_node_that_was_stopped_for_a_while_reads_nothing_at_once()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[0]));

        ring[0].IsPaused = true;
        Assert.False(ring[0].Node.Entries.TryGet(key, uses: true, out _));
        ring[0].IsPaused = false;
        Assert.True(ring[0].Node.Entries.TryGet(key, uses: true, out _));
    }

    [Theory]
    [InlineData((int)SlotAccess.Load)]
    [InlineData((int)SlotAccess.Wait)]
    [InlineData((int)SlotAccess.Nobody)]
    public void A_slot_whose_data_is_on_its_way_is_left_to_the_lane(int access)
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[0]));
        ring.AccessOf = (_, _) => (SlotAccess)access;
        ring.Publish();

        Assert.False(ring[0].Node.Entries.TryGet(key, uses: true, out _));
        Assert.False(ring[0].Node.Entries.TryTouch(key, out _));
    }

    [Fact]
    public void An_owner_that_cannot_be_reached_is_one_exception_that_says_nothing_was_done()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);
        ValueTask<EntryAnswer> read = ring[0].Node.Entries.GetAsync(key, uses: true, CancellationToken.None);
        ValueTask<EntryAnswer> write = ring[0].Node.Entries.SetAsync(
            key, "v"u8.ToArray(), default, CancellationToken.None);
        ring.Pump();

        ring.Advance(6000);

        Assert.Equal(HengeFailure.OwnerAway, Failure(read));
        Assert.Equal(HengeFailure.OwnerAway, Failure(write));
    }

    [Fact]
    public void A_write_whose_link_broke_is_uncertain()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        ValueTask<EntryAnswer> write = ring[0].Node.Entries.SetAsync(
            key, "v"u8.ToArray(), default, CancellationToken.None);
        ring[0].Turn();

        ring.LoseMessages();
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);

        Assert.Equal(HengeFailure.Uncertain, Failure(write));
    }

    [Fact]
    public void A_cancelled_wait_ends_and_the_write_goes_on()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        using var caller = new CancellationTokenSource();
        Task write = ring[0].Node.Entries.SetAsync(key, "v"u8.ToArray(), default, caller.Token).AsTask();

        caller.Cancel();
        Assert.True(Assert.ThrowsAny<OperationCanceledException>(() => write.GetAwaiter().GetResult())
            .CancellationToken == caller.Token);
        ring.Pump();

        Assert.Equal(1, ring[1].Node.Store.Count);
    }

    [Fact]
    public void What_waits_when_the_node_stops_ends()
    {
        using var ring = new TestRing(2);
        byte[] key = Bytes(ring.KeyOf(ring[1]));
        NodeEntries entries = ring[0].Node.Entries;
        ValueTask<EntryAnswer> read = entries.GetAsync(key, uses: true, CancellationToken.None);

        entries.Stop();

        Assert.Equal(HengeFailure.Stopped, Failure(read));
        Assert.Equal(HengeFailure.Stopped, Failure(entries.GetAsync(key, uses: true, CancellationToken.None)));
        Assert.Equal(
            HengeFailure.Stopped, Assert.Throws<HengeException>(() => entries.TryGet(key, true, out _)).Failure);
    }

    [Fact]
    public void A_lone_node_writes_on_the_calling_thread()
    {
        using var ring = new TestRing(1);
        NodeEntries entries = ring[0].Node.Entries;
        EntryWrite write = default;

        Assert.True(entries.TrySet("k"u8, new ReadOnlySequence<byte>("v"u8.ToArray()), write, out EntryAnswer set));
        Assert.True(entries.TryGet("k"u8, uses: true, out EntryAnswer got));
        Assert.True(entries.TryDelete("k"u8, write, out EntryAnswer deleted));

        Assert.Equal((EntryStatus.Done, set.Version), (got.Status, got.Version));
        Assert.Equal(EntryStatus.Done, deleted.Status);
        Assert.Equal(0, ring[0].Node.Store.Count);
    }

    [Fact]
    public void Idle_times_reach_the_copies_by_sixteenths_and_reads_wait_for_none()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 4 << 20 });
        EntrySteps.Set(store, "k"u8, new ReadOnlySequence<byte>("v"u8.ToArray()), new(new(0, 16_000, 0)), 16_000_000);
        int told = 0;
        for (int second = 1; second <= 160; second++)
        {
            for (int tenth = 0; tenth < 10; tenth++)
            {
                long now = 16_000_000 + second * 1000 + tenth * 100;
                EntryAnswer got = EntrySteps.Get(store, "k"u8, uses: true, now, out bool tellsCopies);
                Assert.Equal((EntryStatus.Done, now + 16_000), (got.Status, got.ExpiresAtMs));
                told += tellsCopies ? 1 : 0;
            }
        }
        Assert.Equal(160, told);
    }

    [Fact]
    public void The_gate_waits_for_those_inside_and_lets_nobody_in_after()
    {
        var gate = new CallGate();
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var caller = new Thread(() =>
        {
            Assert.True(gate.TryEnter());
            inside.Set();
            leave.Wait();
            gate.Exit();
        });
        caller.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        var shut = new Thread(gate.Shut);
        shut.Start();
        while (gate.TryEnter())
        {
            gate.Exit();
        }
        Assert.True(shut.IsAlive);

        leave.Set();
        shut.Join();
        caller.Join();

        Assert.False(gate.TryEnter());
    }

    private static EntryAnswer Set(
        TestRing ring, NodeEntries entries, byte[] key, string value, EntryWrite write = default) =>
        Run(ring, entries.SetAsync(key, Bytes(value), write, CancellationToken.None));

    private static EntryAnswer Run(TestRing ring, ValueTask<EntryAnswer> call)
    {
        ring.Pump();
        return call.AsTask().GetAwaiter().GetResult();
    }

    private static HengeFailure Failure(ValueTask<EntryAnswer> call) =>
        Assert.Throws<HengeException>(() => call.AsTask().GetAwaiter().GetResult()).Failure;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async ValueTask<EntryAnswer> After(ValueTask task)
    {
        await task;
        return default;
    }
}

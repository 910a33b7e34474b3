using Henge.Cluster.FirstLevels;
using Henge.Cluster.Messages;

using Xunit;

namespace Henge.Tests.Cluster.FirstLevels;

/// <summary>What a first level may serve, between one owner and one reader.</summary>
public sealed class CoherenceTests : IDisposable
{
    private readonly Pair _pair = new();

    private Process Owner => _pair.Owner;

    private Process Reader => _pair.Reader;

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Entry_is_current_for_the_bound_after_it_was_asked_for()
    {
        Owner.Set("key", 1);
        Reader.Fetch("key", Owner);
        _pair.Pass(Process.BoundMs);
        Assert.Equal(1, Reader.Kept("key"));
        _pair.Pass(1);
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void Entry_stays_current_while_its_owner_says_that_it_told_everything()
    {
        Owner.Set("key", 1);
        Reader.Fetch("key", Owner);
        for (int i = 0; i < 100; i++)
        {
            _pair.Pass(300);
            _pair.Turn();
            Assert.Equal(1, Reader.Kept("key"));
        }
        _pair.Pass(Process.BoundMs + 1);
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void Change_is_told_once_and_ends_the_entry()
    {
        Owner.Set("key", 1);
        Reader.Fetch("key", Owner);
        Owner.Set("key", 2);
        Assert.Equal(1, Owner.Wakes);
        Owner.Coherence.Teller.Send();
        Assert.Single(Owner.Outbox);
        _pair.Deliver();
        Assert.Null(Reader.Kept("key"));

        // Nobody asked again, so nothing is told.
        Owner.Set("key", 3);
        Owner.Coherence.Teller.Send();
        Assert.Empty(Owner.Outbox);
        Reader.Fetch("key", Owner);
        Assert.Equal(3, Reader.Kept("key"));
    }

    [Fact]
    public void Change_of_another_key_leaves_the_entry()
    {
        Reader.Fetch("key", Owner);
        Reader.Fetch("other", Owner);
        Owner.Set("other", 2);
        _pair.Turn();
        Assert.Equal(0, Reader.Kept("key"));
        Assert.Null(Reader.Kept("other"));
    }

    [Fact]
    public void Change_between_the_question_and_the_answer_ends_the_entry_before_it_begins()
    {
        Owner.Set("key", 1);
        Stamp begun = Reader.Coherence.Reader.Begin(Process.Key("key"), Reader.NowMs);
        ulong generation = Owner.Coherence.Teller.Track(Reader.Id, Process.Key("key"));
        Owner.Set("key", 2);
        Owner.Coherence.Teller.Send();
        _pair.Deliver();
        Reader.Keep("key", Owner, begun, generation, 1);
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void Lost_telling_is_noticed_with_the_next_one()
    {
        Reader.Fetch("key", Owner);
        Reader.Fetch("other", Owner);
        Owner.Set("key", 1);
        Owner.Coherence.Teller.Send();
        Assert.Equal(MessageKind.Invalidate, Pair.Lose(Owner));
        Assert.Equal(0, Reader.Kept("key"));
        _pair.Turn();
        Assert.Null(Reader.Kept("key"));
        Assert.Null(Reader.Kept("other"));

        // And another generation begins.
        _pair.Pass(300);
        _pair.Turn();
        Reader.Fetch("key", Owner);
        Assert.Equal(1, Reader.Kept("key"));
        Owner.Set("key", 2);
        _pair.Turn();
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void Answer_of_an_ended_generation_is_never_current()
    {
        Stamp begun = Reader.Coherence.Reader.Begin(Process.Key("key"), Reader.NowMs);
        ulong generation = Owner.Coherence.Teller.Track(Reader.Id, Process.Key("key"));
        Reader.Fetch("other", Owner);
        Owner.Coherence.LanesFollowed();
        _pair.Turn();
        Assert.Null(Reader.Kept("other"));
        Reader.Keep("key", Owner, begun, generation, 1);
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void More_changes_than_can_wait_end_the_generation()
    {
        Reader.Fetch("key", Owner);
        for (int i = 0; i < 4 * Tracker.MaxWaiting; i++)
        {
            Owner.Coherence.Teller.Track(Reader.Id, Process.Key($"k{i}"));
            Owner.Coherence.Teller.Changed(Process.Key($"k{i}"));
        }
        _pair.Turn();
        Assert.Null(Reader.Kept("key"));
        Reader.Fetch("key", Owner);
        Assert.NotNull(Reader.Kept("key"));
    }

    [Fact]
    public void Telling_that_is_not_taken_ends_the_generation()
    {
        Reader.Fetch("key", Owner);
        Reader.Fetch("other", Owner);
        Owner.Set("key", 1);
        Owner.TakesMessages = false;
        Owner.Coherence.Teller.Send();
        Owner.TakesMessages = true;
        _pair.Turn();
        Assert.Null(Reader.Kept("key"));
        Assert.Null(Reader.Kept("other"));
    }

    [Fact]
    public void View_change_at_the_reader_ends_everything_also_what_is_on_its_way()
    {
        Reader.Fetch("key", Owner);
        Stamp begun = Reader.Coherence.Reader.Begin(Process.Key("late"), Reader.NowMs);
        ulong generation = Owner.Coherence.Teller.Track(Reader.Id, Process.Key("late"));
        Reader.Coherence.ViewChanged();
        Reader.Keep("late", Owner, begun, generation, 1);
        Assert.Null(Reader.Kept("key"));
        Assert.Null(Reader.Kept("late"));
        Reader.Fetch("key", Owner);
        Assert.NotNull(Reader.Kept("key"));
    }

    [Fact]
    public void Broken_link_ends_everything_of_that_owner_until_a_new_generation()
    {
        Reader.Fetch("key", Owner);
        Reader.Coherence.LinkDown(Owner.Id);
        Assert.Null(Reader.Kept("key"));
        Reader.Fetch("key", Owner);
        Assert.Null(Reader.Kept("key"));
        Owner.Coherence.LinkDown(Reader.Id);
        Assert.Equal(0UL, Owner.Coherence.Teller.Track(Reader.Id, Process.Key("key")));
        Owner.Coherence.LinkUp(Reader.Id);
        Reader.Fetch("key", Owner);
        Assert.NotNull(Reader.Kept("key"));
    }

    [Fact]
    public void Process_that_is_not_told_keeps_nothing()
    {
        using var stranger = new Process("stranger");
        stranger.Fetch("key", Owner);
        Assert.Null(stranger.Kept("key"));
    }

    [Fact]
    public void Owner_sees_its_own_changes_at_once_and_after_a_pause_nothing()
    {
        Owner.Set("key", 1);
        Owner.Fetch("key", Owner);
        Owner.Coherence.Tick(Owner.Now);
        Assert.Equal(1, Owner.Kept("key"));
        Owner.Set("key", 2);
        Assert.Null(Owner.Kept("key"));

        Owner.Fetch("key", Owner);
        Owner.ServeUntilMs = Owner.NowMs + Process.BoundMs;
        _pair.Pass(Process.BoundMs + 1);
        Owner.Coherence.Tick(Owner.Now);
        Assert.Null(Owner.Kept("key"));
    }

    [Fact]
    public void Ended_generation_of_the_process_itself_takes_what_is_on_its_way_along()
    {
        Stamp begun = Owner.Coherence.Reader.Begin(Process.Key("key"), Owner.NowMs);
        ulong generation = Owner.Coherence.Teller.Track(Owner.Id, Process.Key("key"));
        Owner.Fetch("other", Owner);
        Owner.Coherence.Flushed();
        Owner.Keep("key", Owner, begun, generation, 1);
        Assert.Null(Owner.Kept("key"));
        Assert.Null(Owner.Kept("other"));
    }

    [Fact]
    public void Own_write_is_read()
    {
        Reader.Fetch("key", Owner);
        Reader.Coherence.Reader.Invalidate(Process.Key("key"));
        Assert.Null(Reader.Kept("key"));
    }

    [Fact]
    public void Owner_that_is_not_used_is_asked_no_more()
    {
        Reader.Fetch("key", Owner);
        _pair.Turn();
        _pair.Pass(61_000);
        Reader.Coherence.Tick(Reader.Now);
        Assert.Empty(Reader.Outbox);
        Assert.Null(Reader.Kept("key"));
    }

    [Theory]
    [InlineData((byte)MessageKind.Sync, new byte[0])]
    [InlineData((byte)MessageKind.Sync, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2 })]
    [InlineData((byte)MessageKind.Invalidate, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 })]
    [InlineData((byte)MessageKind.Invalidate, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0 })]
    [InlineData((byte)MessageKind.Invalidate, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0 })]
    [InlineData((byte)MessageKind.Synced, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData((byte)MessageKind.Synced, new byte[] { 1, 0, 0, 0, 0, 0, 0, 127, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Senseless_message_is_refused(byte kind, byte[] body) =>
        Assert.False(Reader.Receive(Owner.Id, [kind, .. body]));

    [Fact]
    public void Lines_are_the_same_on_every_machine()
    {
        Assert.Equal(
            [73_862, 73_652, 82_489],
            new[] { Line.Of(""u8).Number, Line.Of("key"u8).Number, Line.Of("a key longer than a word"u8).Number });
    }
}

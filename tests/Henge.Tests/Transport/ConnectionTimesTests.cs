using Henge.Transport.Connections;

using Xunit;

namespace Henge.Tests.Transport;

public sealed class ConnectionTimesTests
{
    private const long Start = 1_000_000;
    private static readonly ClientLimits s_limits = new() { IdleTimeout = TimeSpan.FromSeconds(300) };

    [Fact]
    public void A_small_command_gets_ten_seconds()
    {
        ConnectionTimes times = Connected();
        times.CommandIncomplete(isNew: true, Start);
        var facts = new ConnectionFacts { InputBytes = 10 };

        Assert.Equal(CloseReason.None, times.Check(facts, s_limits, Start + 9_999));
        Assert.Equal(CloseReason.SlowCommand, times.Check(facts, s_limits, Start + 10_000));
    }

    [Fact]
    public void More_bytes_of_the_same_command_earn_no_more_time()
    {
        ConnectionTimes times = Connected();
        times.CommandIncomplete(isNew: true, Start);
        times.CommandIncomplete(isNew: false, Start + 9_000);

        Assert.Equal(CloseReason.SlowCommand, times.Check(default, s_limits, Start + 10_000));
    }

    [Fact]
    public void Another_command_starts_the_clock_again()
    {
        ConnectionTimes times = Connected();
        times.CommandIncomplete(isNew: true, Start);
        times.CommandIncomplete(isNew: true, Start + 9_000);

        Assert.Equal(CloseReason.None, times.Check(default, s_limits, Start + 18_999));
    }

    [Fact]
    public void A_large_body_gets_more_time_as_long_as_it_moves()
    {
        ConnectionTimes times = Connected();
        times.CommandIncomplete(isNew: true, Start);
        var begun = new ConnectionFacts { InputBytes = 0, WantedBytes = 10 << 20 };
        var moving = new ConnectionFacts { InputBytes = 1 << 20, WantedBytes = 10 << 20 };

        Assert.Equal(CloseReason.None, times.Check(begun, s_limits, Start + 29_999));
        Assert.Equal(CloseReason.SlowCommand, times.Check(begun, s_limits, Start + 30_000));
        Assert.Equal(CloseReason.None, times.Check(moving, s_limits, Start + 45_999));
        Assert.Equal(CloseReason.SlowCommand, times.Check(moving, s_limits, Start + 46_000));
    }

    [Fact]
    public void Undecided_first_bytes_have_a_limit_of_their_own()
    {
        ConnectionTimes times = Connected();
        var facts = new ConnectionFacts { IsUndecided = true };

        Assert.Equal(CloseReason.None, times.Check(facts, s_limits, Start + 20_000));
        times.CommandIncomplete(isNew: false, Start + 20_000);
        Assert.Equal(CloseReason.SlowDetection, times.Check(facts, s_limits, Start + 30_000));
    }

    [Fact]
    public void Idle_clients_are_closed_only_when_asked_for_and_subscribers_never()
    {
        ConnectionTimes times = Connected();

        Assert.Equal(CloseReason.None, times.Check(default, new ClientLimits(), Start + 100_000_000));
        Assert.Equal(CloseReason.Idle, times.Check(default, s_limits, Start + 300_000));
        Assert.Equal(
            CloseReason.None, times.Check(new ConnectionFacts { IsSubscriber = true }, s_limits, Start + 300_000));
    }

    [Fact]
    public void Who_awaits_the_password_has_ten_seconds_from_connecting()
    {
        ConnectionTimes times = Connected();
        times.Received(Start + 9_000);
        var facts = new ConnectionFacts { AwaitsPassword = true };

        Assert.Equal(CloseReason.SlowAuthentication, times.Check(facts, s_limits, Start + 10_000));
    }

    [Fact]
    public void Above_the_soft_limit_a_reader_must_take_a_megabyte_in_ten_seconds()
    {
        ConnectionTimes times = Connected();
        long output = s_limits.OutputSoftBytes + 1;

        Assert.Equal(CloseReason.None, times.Check(Output(output, 0), s_limits, Start));
        Assert.Equal(CloseReason.None, times.Check(Output(output, 1 << 20), s_limits, Start + 9_000));
        Assert.Equal(CloseReason.None, times.Check(Output(output, (1 << 20) + 1), s_limits, Start + 18_999));
        Assert.Equal(CloseReason.Output, times.Check(Output(output, (1 << 20) + 1), s_limits, Start + 19_000));
    }

    [Fact]
    public void Output_of_which_nothing_is_taken_ends_the_connection()
    {
        ConnectionTimes times = Connected();

        Assert.Equal(CloseReason.None, times.Check(Output(100, 0), s_limits, Start));
        Assert.Equal(CloseReason.None, times.Check(Output(100, 1), s_limits, Start + 59_000));
        Assert.Equal(CloseReason.None, times.Check(Output(100, 1), s_limits, Start + 118_999));
        Assert.Equal(CloseReason.Output, times.Check(Output(100, 1), s_limits, Start + 119_000));
    }

    private static ConnectionTimes Connected()
    {
        var times = default(ConnectionTimes);
        times.Connected(Start);
        return times;
    }

    private static ConnectionFacts Output(long waiting, long sent) => new() { OutputBytes = waiting, SentBytes = sent };
}

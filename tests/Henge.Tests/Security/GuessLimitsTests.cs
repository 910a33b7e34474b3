using System.Net;

using Henge.Security;

using Xunit;

namespace Henge.Tests.Security;

public sealed class GuessLimitsTests
{
    private static readonly IPAddress s_here = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void An_address_wins_its_tries_back_one_by_one()
    {
        var guesses = new GuessLimits();
        for (int i = 0; i < GuessLimits.FreeGuesses; i++)
        {
            Assert.False(guesses.IsExhausted("bob", s_here, nowMs: 0));
            guesses.Wrong("bob", s_here, nowMs: 0);
        }

        Assert.True(guesses.IsExhausted("bob", s_here, nowMs: 999));
        Assert.True(guesses.IsExhausted("eve", s_here, nowMs: 999));
        Assert.False(guesses.IsExhausted("bob", IPAddress.Loopback, nowMs: 999));
        Assert.False(guesses.IsExhausted("bob", s_here, nowMs: 1000));
    }

    [Fact]
    public void Guessing_from_everywhere_locks_nobody_out_where_they_have_been()
    {
        var guesses = new GuessLimits();
        guesses.Right("bob", s_here, nowMs: 1);
        for (int i = 0; i < GuessLimits.FreeGuessesOfUser; i++)
        {
            guesses.Wrong("bob", new IPAddress(i + 1), nowMs: 1);
        }

        Assert.True(guesses.IsExhausted("bob", new IPAddress(5000), nowMs: 1));
        Assert.False(guesses.IsExhausted("bob", s_here, nowMs: 1));
        Assert.False(guesses.IsExhausted("eve", new IPAddress(5000), nowMs: 1));
    }

    [Fact]
    public void Who_has_been_here_does_not_answer_for_strangers_when_there_are_too_many_to_remember()
    {
        var guesses = new GuessLimits();
        guesses.Right("bob", s_here, nowMs: 1);
        for (int i = 1; i <= 2 * GuessLimits.MaxAddresses; i++)
        {
            guesses.Wrong("nobody", new IPAddress(i), nowMs: 1);
        }
        Assert.True(guesses.IsExhausted("bob", new IPAddress(1 << 20), nowMs: 1));

        for (int i = 0; i < GuessLimits.FreeGuesses; i++)
        {
            Assert.False(guesses.IsExhausted("bob", s_here, nowMs: 1));
            guesses.Wrong("bob", s_here, nowMs: 1);
        }
        Assert.True(guesses.IsExhausted("bob", s_here, nowMs: 1));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void A_network_of_one_machine_counts_as_one_address(string one, string other, bool isSame)
    {
        var guesses = new GuessLimits();
        for (int i = 0; i < GuessLimits.FreeGuesses; i++)
        {
            guesses.Wrong("nobody", IPAddress.Parse(one), nowMs: 1);
        }

        Assert.Equal(isSame, guesses.IsExhausted("somebody", IPAddress.Parse(other), nowMs: 1));
    }

    [Fact]
    public void A_million_addresses_take_bounded_memory()
    {
        var guesses = new GuessLimits();
        guesses.Right("bob", s_here, nowMs: 1);
        for (int i = 1; i <= 1_000_000; i++)
        {
            guesses.Wrong("nobody", new IPAddress(i), nowMs: 1);
        }

        Assert.True(guesses.IsExhausted("somebody", new IPAddress(2_000_000), nowMs: 1));
        Assert.False(guesses.IsExhausted("bob", new IPAddress(1), nowMs: 1));
    }
}

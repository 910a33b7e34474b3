using System.Net;
using System.Text;

using Henge.Security;
using Henge.Tests.AspNetCore;

using Microsoft.Extensions.Logging.Abstractions;

using Xunit;

namespace Henge.Tests.Security;

/// <summary>How many guesses are looked at, and whom they shut out.</summary>
public sealed class AuthenticatorTests
{
    private static readonly IPAddress s_here = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Guessing_the_one_password_from_everywhere_shuts_nobody_out_where_they_have_been()
    {
        using Authenticator authenticator = WithPassword();
        Assert.Equal(AuthenticationResult.Accepted, Show(authenticator, "secret", s_here));
        for (int i = 0; i < 1000; i++)
        {
            Show(authenticator, "guess", new IPAddress(i / 5));
        }

        Assert.Equal(GuessLimits.FreeGuessesOfUser, authenticator.WrongCount);
        Assert.Equal(1000 - GuessLimits.FreeGuessesOfUser, authenticator.RefusedCount);
        Assert.Equal(AuthenticationResult.TooManyAttempts, Show(authenticator, "secret", new IPAddress(5000)));
        Assert.Equal(AuthenticationResult.Accepted, Show(authenticator, "secret", s_here));
    }

    [Fact]
    public void Who_is_in_is_looked_at_while_its_address_is_not_and_each_wrong_password_counts()
    {
        using Authenticator authenticator = WithPassword();
        for (int i = 0; i < GuessLimits.FreeGuesses; i++)
        {
            Show(authenticator, "guess", s_here);
        }

        Assert.Equal(AuthenticationResult.TooManyAttempts, Show(authenticator, "secret", s_here));
        Assert.Equal(AuthenticationResult.Accepted, Show(authenticator, "secret", s_here, within: User.Default));
        Assert.Equal(AuthenticationResult.Wrong, Show(authenticator, "guess", s_here, within: User.Default));
        Assert.Equal(GuessLimits.FreeGuesses + 1, authenticator.WrongCount);
    }

    [Fact]
    public async Task Of_guesses_that_wait_for_their_turn_no_more_are_looked_at_than_one_by_one()
    {
        using var authenticator = new Authenticator(new HengeOptions(), new SteppedTime(), NullLogger.Instance);
        var bob = new UserDefinition("bob", Role.Read, PasswordHash.Of("right"u8, iterations: 1000).ToString());
        authenticator.Adopt(UsersFile.Make([bob], hasPassword: false));

        // Nothing is known to be wrong yet when the last of them begins.
        Task<(AuthenticationResult Result, User? User)>[] guesses =
        [
            .. Enumerable.Range(0, 60).Select(
                i => authenticator.CheckSlowlyAsync("bob"u8.ToArray(), [(byte)i], s_here)),
        ];
        AuthenticationResult[] results = [.. (await Task.WhenAll(guesses)).Select(static pair => pair.Result)];

        Assert.Equal(
            GuessLimits.FreeGuesses, results.Count(static result => result == AuthenticationResult.Wrong));
        Assert.Equal(60, results.Count(static result =>
            result is AuthenticationResult.Wrong or AuthenticationResult.TooManyAttempts));
        Assert.Equal(60, authenticator.WrongCount + authenticator.RefusedCount);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("eve")]
    public void Guessing_does_not_tell_whether_there_is_such_a_user(string name)
    {
        using var authenticator = new Authenticator(new HengeOptions(), new SteppedTime(), NullLogger.Instance);
        var bob = new UserDefinition("bob", Role.Read, PasswordHash.Of("right"u8, iterations: 1000).ToString());
        authenticator.Adopt(UsersFile.Make([bob], hasPassword: false));
        byte[] user = Encoding.UTF8.GetBytes(name);

        for (int i = 0; i < GuessLimits.FreeGuessesOfUser; i++)
        {
            var address = new IPAddress(i / 5);
            Assert.Equal(AuthenticationResult.Unknown, authenticator.Check(user, "guess"u8, address, nowMs: 0, out _));
            Assert.Equal(AuthenticationResult.Wrong, authenticator.CheckHere(user, "guess"u8, address, 0, out _));
        }

        Assert.Equal(
            AuthenticationResult.TooManyAttempts, authenticator.Check(user, "guess"u8, s_here, nowMs: 0, out _));
    }

    private static Authenticator WithPassword() =>
        new(new HengeOptions { Password = "secret" }, new SteppedTime(), NullLogger.Instance);

    private static AuthenticationResult Show(
        Authenticator authenticator, string password, IPAddress address, User? within = null) =>
        authenticator.Check(
            "default"u8, Encoding.UTF8.GetBytes(password), address, nowMs: 0, out _, within);
}

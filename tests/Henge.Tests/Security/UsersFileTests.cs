using Henge.Security;

using Xunit;

namespace Henge.Tests.Security;

public sealed class UsersFileTests
{
    private static readonly string s_hash = PasswordHash.Of("password"u8, iterations: 1000).ToString();

    [Fact]
    public void A_hash_fits_its_password_alone_and_says_nothing_of_it()
    {
        PasswordHash hash = PasswordHash.TryParse(s_hash)!;

        Assert.True(hash.Fits("password"u8));
        Assert.False(hash.Fits("Password"u8));
        Assert.False(hash.Fits(""u8));
        Assert.NotEqual(s_hash, PasswordHash.Of("password"u8, iterations: 1000).ToString());
        Assert.StartsWith("pbkdf2-sha512$210000$", PasswordHash.Of("x"u8).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("password")]
    [InlineData("pbkdf2-sha512$1000$$")]
    [InlineData("pbkdf2-sha512$999$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha512$99999999$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha512$1000$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("bcrypt$1000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_hash_is_none(string text) => Assert.Null(PasswordHash.TryParse(text));

    [Fact]
    public void A_line_is_read_as_it_was_written()
    {
        var user = new UserDefinition("app", Role.Write, s_hash, "a b:", "100%", "ä");

        UserDefinition read = Assert.Single(UsersFile.Read("f", ["# users", "", UsersFile.Line(user)]));

        Assert.Equal(user.KeyPrefixes, read.KeyPrefixes);
        Assert.Equal((user.Name, user.Role, user.PasswordHash), (read.Name, read.Role, read.PasswordHash));
    }

    [Theory]
    [InlineData("bob", "expected `name")]
    [InlineData("bob read", "expected `name")]
    [InlineData("bob chief HASH", "expected `name")]
    [InlineData("bob 3 HASH", "expected `name")]
    [InlineData("bob none HASH", "must be read, write or admin")]
    [InlineData("bob read secret", "has no password hash")]
    [InlineData("b:ob read HASH", "must have a name")]
    [InlineData("bob admin HASH app:", "an admin reaches everything")]
    [InlineData("bob read HASH|bob read HASH", "is there twice")]
    public void What_makes_no_sense_is_named(string lines, string problem)
    {
        string[] text = lines.Replace("HASH", s_hash, StringComparison.Ordinal).Split('|');

        var error = Assert.Throws<HengeStartException>(
            () => UsersFile.Make(UsersFile.Read("--users-file f", text), hasPassword: false));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(s_hash, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_user_has_one_password()
    {
        UserDefinition[] users = [new("default", Role.Read, s_hash)];

        Assert.Throws<HengeStartException>(() => UsersFile.Make(users, hasPassword: true));
        Assert.Single(UsersFile.Make(users, hasPassword: false));
    }
}

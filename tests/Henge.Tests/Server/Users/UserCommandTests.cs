using System.Text;

using Henge.Security;

using Xunit;

namespace Henge.Tests.Server.Users;

public sealed class UserCommandTests
{
    [Fact]
    public void The_line_that_is_printed_lets_the_user_in()
    {
        var terminal = new CapturedTerminal { Input = Encoding.UTF8.GetBytes("päss word\nmore\n") };

        Assert.Equal(0, terminal.Run("user", "shop", "write", "cart:", "a b"));

        UserDefinition user = Assert.Single(UsersFile.Read("f", [terminal.Out.TrimEnd()]));
        Assert.Equal(("shop", Role.Write), (user.Name, user.Role));
        Assert.Equal(["cart:", "a b"], user.KeyPrefixes);
        Assert.True(PasswordHash.TryParse(user.PasswordHash)!.Fits(Encoding.UTF8.GetBytes("päss word")));
        Assert.DoesNotContain("word", terminal.Out + terminal.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user bob", "expected `henge user NAME ROLE [PREFIX…]`")]
    [InlineData("user bob chief", "role chief: expected read, write or admin")]
    [InlineData("user bob none", "role none: expected read, write or admin")]
    [InlineData("user b:ob read", "must have a name")]
    [InlineData("user bob admin app:", "an admin reaches everything")]
    public void What_cannot_be_is_one_line_and_exit_code_2(string line, string expected)
    {
        var terminal = new CapturedTerminal { Input = "long enough\n"u8.ToArray() };

        Assert.Equal(2, terminal.Run(line.Split(' ')));

        Assert.Contains(expected, terminal.Error, StringComparison.Ordinal);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void A_short_password_is_refused()
    {
        var terminal = new CapturedTerminal { Input = "short\n"u8.ToArray() };

        Assert.Equal(2, terminal.Run("user", "bob", "read"));

        Assert.Contains("too short", terminal.Error, StringComparison.Ordinal);
    }
}

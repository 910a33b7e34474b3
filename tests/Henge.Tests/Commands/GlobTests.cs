using System.Text;

using Henge.Commands;

using Xunit;

namespace Henge.Tests.Commands;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("?", "", false)]
    [InlineData("h?llo", "hello", true)]
    [InlineData("h?llo", "hllo", false)]
    [InlineData("h*llo", "heeeello", true)]
    [InlineData("h*llo", "hllo", true)]
    [InlineData("h[ae]llo", "hallo", true)]
    [InlineData("h[ae]llo", "hillo", false)]
    [InlineData("h[^e]llo", "hallo", true)]
    [InlineData("h[^e]llo", "hello", false)]
    [InlineData("h[a-b]llo", "hbllo", true)]
    [InlineData("h[b-a]llo", "hallo", true)]
    [InlineData("h[a-b]llo", "hcllo", false)]
    [InlineData("h\\?llo", "h?llo", true)]
    [InlineData("h\\?llo", "hello", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[abc", "b", true)]
    [InlineData("[abc", "d", false)]
    [InlineData("[]a", "a", false)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("*a*b*c", "xxaxxbxxc", true)]
    [InlineData("*a*b*c", "xxaxxbxx", false)]
    [InlineData("key:***", "key:", true)]
    [InlineData("key:*:x", "key:1:y:x", true)]
    public void Patterns_match_as_in_redis(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Glob.Matches(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Many_stars_do_not_blow_up()
    {
        byte[] pattern = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a*", 200)) + "b");
        byte[] text = Encoding.UTF8.GetBytes(new string('a', 5000));
        Assert.False(Glob.Matches(pattern, text));
    }
}

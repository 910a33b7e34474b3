using Henge.Server.CommandLine;

using Xunit;

namespace Henge.Tests.Server.CommandLine;

public sealed class SuggestionTests
{
    private static readonly string[] _names = ["port", "peers", "password-file", "max-entries", "max-value", "memory"];

    [Theory]
    [InlineData("prot", "port")]
    [InlineData("Port", "port")]
    [InlineData("peer", "peers")]
    [InlineData("mem", "memory")]
    [InlineData("password", "password-file")]
    [InlineData("maxentries", "max-entries")]
    public void A_near_name_is_suggested(string typed, string meant) =>
        Assert.Equal(meant, Suggestion.For(typed, _names));

    [Theory]
    [InlineData("zone")]
    [InlineData("m")]
    [InlineData("max")]
    [InlineData("")]
    public void A_far_or_ambiguous_one_is_not(string typed) => Assert.Null(Suggestion.For(typed, _names));
}

using System.Text;

using Henge.Protocol;
using Henge.Protocol.Requests;

using Xunit;

namespace Henge.Tests.Protocol.Requests;

public sealed class InlineWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" \t ", "")]
    [InlineData("a b", "a|b")]
    [InlineData("\ta\v b ", "a|b")]
    [InlineData("\"\"", "")]
    [InlineData("a \"\" b", "a||b")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("pre\"a b\"", "prea b")]
    [InlineData("\"\\x41\\x0a\\xFf\"", "A\n\xff")]
    [InlineData("\"\\xg1\"", "xg1")]
    [InlineData("\"\\x4\"", "x4")]
    [InlineData("\"\\n\\r\\t\\b\\a\\\\\\\"\\q\"", "\n\r\t\b\a\\\"q")]
    [InlineData("'a \\n \"b\" \\' c'", "a \\n \"b\" ' c")]
    [InlineData("\"a\" 'b'", "a|b")]
    public void Words_are_split_as_redis_splits_them(string line, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        byte[] words = new byte[bytes.Length];
        var ranges = new ByteRangeList();

        Assert.True(InlineWords.TrySplit(bytes, words, ranges));

        var found = new List<string>();
        for (int i = 0; i < ranges.Count; i++)
        {
            found.Add(Encoding.Latin1.GetString(words, ranges[i].Start, ranges[i].Length));
        }
        Assert.Equal(expected, string.Join('|', found));
    }

    [Theory]
    [InlineData("\"a")]
    [InlineData("'a")]
    [InlineData("\"a\"b")]
    [InlineData("'a''b'")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\\"")]
    [InlineData("a'")]
    public void Unbalanced_quotes_are_refused(string line)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);

        Assert.False(InlineWords.TrySplit(bytes, new byte[bytes.Length], new ByteRangeList()));
    }
}

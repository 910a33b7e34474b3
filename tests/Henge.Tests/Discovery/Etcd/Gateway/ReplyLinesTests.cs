using System.Text;

using Henge.Discovery.Etcd.Gateway;

using Xunit;

namespace Henge.Tests.Discovery.Etcd.Gateway;

public sealed class ReplyLinesTests
{
    [Fact]
    public async Task Lines_come_whole_whatever_their_length()
    {
        string[] expected =
            [.. Enumerable.Range(1, 40).Select(static i => new string((char)('a' + (i % 26)), i * i * 7))];
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("\n" + string.Join("\n\n", expected) + "\ncut"));
        var lines = new ReplyLines(stream, 16 << 10);
        foreach (string line in expected)
        {
            ReadOnlyMemory<byte>? next = await lines.NextAsync(CancellationToken.None);
            Assert.Equal(line, Encoding.UTF8.GetString(next!.Value.Span));
        }
        Assert.Null(await lines.NextAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_kept()
    {
        using var stream = new MemoryStream(new byte[100_000]);
        var lines = new ReplyLines(stream, 16 << 10);
        await Assert.ThrowsAsync<IOException>(async () => await lines.NextAsync(CancellationToken.None));
    }
}

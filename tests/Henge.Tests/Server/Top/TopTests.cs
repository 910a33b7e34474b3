using System.Globalization;
using System.Text.Json;

using Henge.Server.Top;
using Henge.Tests.AspNetCore;

using Xunit;

namespace Henge.Tests.Server.Top;

public sealed class TopTests
{
    [Fact]
    public async Task A_pipe_gets_rates_commands_and_keys_as_words()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/large", new string('x', 20_000));
        CapturedTerminal terminal = new();

        int code = terminal.Run("top", "--every", "100ms", "--count", "2", "--port", Port(node));

        Assert.Equal(("", 0), (terminal.Error, code));
        string[] lines = terminal.Out.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(2, lines.Count(static line => line.StartsWith("operations: ", StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line.StartsWith("command: info ", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(static line => line == "large: - 19.5_KiB string - large"));
    }

    [Fact]
    public async Task A_terminal_gets_tables_that_are_drawn_over()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/large", new string('x', 20_000));
        CapturedTerminal terminal = new() { IsTerminal = true, Width = 80 };
        terminal.Environment["TERM"] = "xterm";
        terminal.Environment["NO_COLOR"] = "1";

        terminal.Run("top", "--every", "100ms", "--count", "2", "--port", Port(node));

        Assert.Equal(2, terminal.Out.Split("commands, by time").Length - 1);
        Assert.Contains("│ 19.5 KiB │", terminal.Out, StringComparison.Ordinal);
        Assert.Equal(2, terminal.Out.Count(static letter => letter == '\e'));
        Assert.All(terminal.Out.Split('\n'), static line => Assert.InRange(line.Length, 0, 90));
    }

    [Fact]
    public async Task Scripts_get_the_node_s_answer()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        CapturedTerminal terminal = new();

        Assert.Equal(0, terminal.Run("top", "--json", "--local", "--keys", "3", "--port", Port(node)));

        using JsonDocument answer = JsonDocument.Parse(terminal.Out);
        Assert.Equal(1, answer.RootElement.GetProperty("nodes_answered").GetInt32());
    }

    [Fact]
    public async Task A_node_that_counts_nothing_says_so()
    {
        await using HttpNode node = await HttpNode.StartAsync(static o => o.Metrics = false);
        CapturedTerminal terminal = new();

        Assert.Equal(1, terminal.Run("top", "--count", "1", "--port", Port(node)));

        Assert.Contains("answered 404: ", terminal.Error, StringComparison.Ordinal);
        Assert.Contains("metrics off", terminal.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--keys", "0", "from 1 to 100")]
    [InlineData("--every", "1ms", "100ms or more")]
    [InlineData("extra", "words", "unexpected argument")]
    public void What_cannot_be_is_said_in_a_line(string option, string value, string said)
    {
        CapturedTerminal terminal = new();
        Assert.Equal(2, terminal.Run("top", option, value));
        Assert.Contains(said, terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_reach_no_terminal_as_anything_but_text()
    {
        Assert.Equal("\\u{1B}[31mred\\u{A}", Shown("\e[31mred\n"));
        Assert.Equal("\\u{202E}evil é 漢字", Shown("\u202eevil é 漢字"));
        Assert.Equal("b64:AAEC", Shown("AAEC", "b64"));
        Assert.Equal(new string('k', 60) + "…", Shown(new string('k', 61)));
    }

    private static string Shown(string key, string encoding = "utf8") =>
        TopView.Shown(new TopKey { Key = key, Encoding = encoding });

    private static string Port(HttpNode node) => node.Port.ToString(CultureInfo.InvariantCulture);
}

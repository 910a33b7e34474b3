using Henge.Server;
using Henge.Server.CommandLine;

using Xunit;

namespace Henge.Tests.Server.CommandLine;

public sealed class HelpTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    [InlineData("serve --help --port 5")]
    public void Help_lists_every_option_of_a_node(string line)
    {
        CapturedTerminal terminal = new();

        Assert.Equal(0, terminal.Run(line.Split(' ')));
        foreach (CommandOption option in HengeCommand.Subcommands[0].Options)
        {
            Assert.Contains(option.IsSecret ? option.EnvironmentName : option.Flag, terminal.Out);
        }
    }

    [Fact]
    public void Each_subcommand_has_a_page_and_a_line()
    {
        foreach (Subcommand subcommand in HengeCommand.Subcommands)
        {
            CapturedTerminal byFlag = new();
            CapturedTerminal byWord = new();
            CapturedTerminal overview = new();
            Assert.Equal(0, byFlag.Run(subcommand.Name, "--help"));
            Assert.Equal(0, byWord.Run("help", subcommand.Name));
            Assert.Equal(0, overview.Run("--help"));
            Assert.Equal(byFlag.Out, byWord.Out);
            Assert.Contains(subcommand.Usage[0].Call, byFlag.Out);
            Assert.Contains(subcommand.Usage[0].Call, overview.Out);
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(110)]
    public void Help_stays_within_the_terminal(int width)
    {
        CapturedTerminal terminal = new() { Width = width };

        terminal.Run("--help");

        Assert.All(terminal.Out.Split('\n'), line => Assert.True(line.TrimEnd().Length < width, line));
    }

    [Fact]
    public void Colour_is_for_terminals_that_want_it()
    {
        CapturedTerminal terminal = new() { IsTerminal = true };
        CapturedTerminal noColour = new() { IsTerminal = true, Environment = { ["NO_COLOR"] = "1" } };
        CapturedTerminal pipe = new();
        terminal.Run("--help");
        noColour.Run("--help");
        pipe.Run("--help");

        Assert.Contains("\e[1m", terminal.Out);
        Assert.DoesNotContain('\e', noColour.Out);
        Assert.DoesNotContain('\e', pipe.Out);
    }

    [Fact]
    public void Version_is_one_line()
    {
        CapturedTerminal terminal = new();

        Assert.Equal(0, terminal.Run("--version"));
        Assert.Matches(@"^henge \d+\.\d+\.\d+\S*\r?\n$", terminal.Out);
    }
}

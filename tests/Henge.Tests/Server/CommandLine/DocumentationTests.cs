using Henge.Server;
using Henge.Server.CommandLine;
using Henge.Server.Serve;

using Xunit;

namespace Henge.Tests.Server.CommandLine;

/// <summary>docs/command-line.md says what the code says.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void The_table_of_options_is_the_codes()
    {
        string expected = string.Join('\n', Table());

        bool holds = Document().Contains(expected, StringComparison.Ordinal);

        Assert.True(holds, "docs/command-line.md should hold:\n" + expected);
    }

    [Fact]
    public void Every_option_of_every_subcommand_is_named()
    {
        string document = Document();
        foreach (CommandOption option in HengeCommand.Subcommands.SelectMany(subcommand => subcommand.Options))
        {
            Assert.Contains(option.IsSecret ? option.EnvironmentName : option.Flag, document);
        }
    }

    private static IEnumerable<string> Table()
    {
        yield return "| flag | environment | in the file | takes | unless given | what it does |";
        yield return "|---|---|---|---|---|---|";
        foreach (CommandOption option in ServeOptions.All)
        {
            string flag = option.IsSecret ? "never a flag" : Code(option.Flag);
            string inFile = option.InFile ? Code(option.JsonName) : "";
            string stands = option.Kind == OptionKind.Switch ? "off" : option.DefaultWords ?? option.Default ?? "";
            string names = $"| {flag} | {Code(option.EnvironmentName)} | {inFile} |";
            yield return $"{names} {Takes(option)} | {stands} | {option.Help} |";
        }
    }

    private static string Takes(CommandOption option) => option.Kind switch
    {
        OptionKind.Integer when option.Maximum == long.MaxValue => $"{option.Minimum} or more",
        OptionKind.Integer => $"{option.Minimum} to {option.Maximum}",
        OptionKind.Size => "size",
        OptionKind.Memory => "size or share",
        OptionKind.Duration => "time",
        OptionKind.Choice => string.Join(", ", option.Choices.Select(Code)),
        OptionKind.Switch => "on, off",
        OptionKind.List => "list",
        _ => "text",
    };

    private static string Code(string text) => $"`{text}`";

    private static string Document()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Henge.slnx")))
        {
            folder = folder.Parent;
        }
        Assert.NotNull(folder);
        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "command-line.md")).ReplaceLineEndings("\n");
    }
}

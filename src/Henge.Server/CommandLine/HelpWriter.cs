using System.Text;

using Henge.Server.Display;

namespace Henge.Server.CommandLine;

/// <summary>Writes help: usage, subcommands, options by group, wrapped to the terminal.</summary>
internal sealed class HelpWriter(Terminal terminal)
{
    private const int Indent = 2;
    private const int WidestTerm = 30;

    /// <summary>The first page: what this is, every subcommand, and the options of a node.</summary>
    public void Overview(IReadOnlyList<Subcommand> subcommands)
    {
        terminal.Out.WriteLine(
            $"{Bold("henge")} {ProductVersion.Text}: a cache that speaks Redis and HTTP on one port");
        Heading("Usage");
        int width = Math.Min(WidestTerm, subcommands.SelectMany(s => s.Usage).Max(u => u.Call.Length));
        foreach ((string call, string words) in subcommands.SelectMany(subcommand => subcommand.Usage))
        {
            Row(call, width, words);
        }
        Row("henge SUBCOMMAND --help", width, "what a subcommand takes");
        Row("henge --version", width, "the version");
        Options(subcommands[0].Options);
        Notes(subcommands[0].Notes);
    }

    /// <summary>The page of one subcommand.</summary>
    public void Page(Subcommand subcommand)
    {
        terminal.Out.WriteLine($"{Bold("henge " + subcommand.Name)}: {subcommand.Summary}");
        Heading("Usage");
        int width = Math.Min(WidestTerm + 14, subcommand.Usage.Max(u => u.Call.Length));
        foreach ((string call, string words) in subcommand.Usage)
        {
            Row(call, width, words);
        }
        Options(subcommand.Options);
        Notes(subcommand.Notes);
    }

    private void Options(IReadOnlyList<CommandOption> options)
    {
        int width = Math.Min(WidestTerm, options.Select(option => Term(option).Length).DefaultIfEmpty().Max());
        foreach (IGrouping<string, CommandOption> group in options.GroupBy(option => option.Group))
        {
            Heading(group.Key.Length == 0 ? "Options" : group.Key);
            foreach (CommandOption option in group)
            {
                string choices = option.Choices.Length == 0 ? "" : $" {string.Join(" | ", option.Choices)}.";
                string? stands = option.DefaultWords ?? option.Default;
                string ending = stands is not null ? $" [{option.DefaultText}]" : "";
                Row(Term(option), width, option.Help + choices + ending);
            }
        }
    }

    private static string Term(CommandOption option) =>
        option.IsSecret ? option.EnvironmentName
        : option.ValueName.Length == 0 ? option.Flag
        : $"{option.Flag} {option.ValueName}";

    private void Notes(string[] notes)
    {
        if (notes.Length == 0)
        {
            return;
        }
        terminal.Out.WriteLine();
        foreach (string note in notes)
        {
            foreach (string line in Wrap(note, terminal.Width - 1))
            {
                terminal.Out.WriteLine(line);
            }
        }
    }

    private void Heading(string text)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Bold(text));
    }

    private void Row(string term, int width, string words)
    {
        int column = Indent + width + 2;
        StringBuilder line = new();
        line.Append(' ', Indent).Append(term);
        if (term.Length > width)
        {
            terminal.Out.WriteLine(line);
            line.Clear();
        }
        foreach (string part in Wrap(words, Math.Max(20, terminal.Width - column - 1)))
        {
            line.Append(' ', Math.Max(0, column - line.Length)).Append(part);
            terminal.Out.WriteLine(line);
            line.Clear();
        }
    }

    private string Bold(string text) => terminal.Colour ? $"\e[1m{text}\e[0m" : text;

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line.ToString());
                line.Clear();
            }
            line.Append(line.Length == 0 ? "" : " ").Append(word);
        }
        lines.Add(line.ToString());
        return lines;
    }
}

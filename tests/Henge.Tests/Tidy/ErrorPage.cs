using System.Text.RegularExpressions;

namespace Henge.Tests.Tidy;

/// <summary>docs/errors.md: what the tables under its headings list, in the code of their first cells.</summary>
internal static partial class ErrorPage
{
    private const string Path = "docs/errors.md";

    /// <summary>The texts under a heading, each with the other cells of its row.</summary>
    public static IReadOnlyList<(string Text, string Cells)> Under(string heading)
    {
        var rows = new List<(string Text, string Cells)>();
        bool isInside = false;
        foreach (string line in File.ReadLines(System.IO.Path.Combine(Repository.Root, Path)))
        {
            if (line.StartsWith('#'))
            {
                isInside = line.TrimStart('#', ' ') == heading;
            }
            else if (isInside && Row().Match(line) is { Success: true } row)
            {
                string text = row.Groups["text"].Value.Replace("\\|", "|").Trim();
                rows.Add((text, row.Groups["rest"].Value.Trim(' ', '|')));
            }
        }
        return rows;
    }

    [GeneratedRegex(@"^\| (?<ticks>`+)(?<text>.+?)\k<ticks> \| (?<rest>.+)$")]
    private static partial Regex Row();
}

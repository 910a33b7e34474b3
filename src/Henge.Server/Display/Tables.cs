using Spectre.Console;

namespace Henge.Server.Display;

/// <summary>Draws tables with headings for a terminal. Texts are shown as they are, never read as markup.</summary>
internal static class Tables
{
    /// <summary>Draws one table; a column whose cells are all empty is left out.</summary>
    public static void Write(
        Terminal terminal, string title, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows)
    {
        IAnsiConsole console = Consoles.Create(terminal);
        Table table = new Table { Border = TableBorder.Rounded }
            .BorderColor(Color.Grey)
            .Title(new TableTitle(Markup.Escape(title), new Style(decoration: Decoration.Bold)));
        int[] shown = [.. Enumerable.Range(0, columns.Count).Where(i => rows.Any(row => row[i].Length > 0))];
        foreach (int i in shown)
        {
            table.AddColumn(new TableColumn(new Text(columns[i], new Style(Color.Grey))));
        }
        foreach (string[] row in rows)
        {
            table.AddRow(shown.Select(i => new Text(row[i])));
        }
        console.Write(table);
    }
}

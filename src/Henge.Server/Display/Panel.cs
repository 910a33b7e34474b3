using Spectre.Console;

namespace Henge.Server.Display;

/// <summary>
/// Draws labelled rows in a box for a terminal. Spectre.Console is loaded here and nowhere on the way of a node.
/// </summary>
internal static class Panel
{
    /// <summary>Draws the box; texts are shown as they are, never read as markup.</summary>
    public static void Write(Terminal terminal, string title, IReadOnlyList<(string Label, string Words)> rows)
    {
        IAnsiConsole console = Consoles.Create(terminal);
        Table table = new Table { Border = TableBorder.Rounded, ShowHeaders = false }
            .BorderColor(Color.Grey)
            .Title(new TableTitle(Markup.Escape(title), new Style(decoration: Decoration.Bold)))
            .AddColumn(new TableColumn("") { Alignment = Justify.Right, NoWrap = true })
            .AddColumn(new TableColumn(""));
        foreach ((string label, string words) in rows)
        {
            table.AddRow(new Text(label, new Style(Color.Grey)), new Text(words));
        }
        console.Write(table);
    }
}

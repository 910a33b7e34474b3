using System.Globalization;
using System.Text;

using Henge.Server.Display;
using Henge.Server.Status;
using Henge.Values;

namespace Henge.Server.Top;

/// <summary>
/// Shows what a node is busy with: commands by the time that they take, and a <see cref="TopReport"/>. Tables on a
/// terminal, lines in a pipe. Keys are anybody's bytes: nothing in them reaches the terminal as a control character.
/// </summary>
internal static class TopView
{
    private const int MostCommands = 8;
    private const int LongestKey = 60;

    private static readonly string[] _commandColumns = ["command", "each second", "takes", "of a core"];

    /// <summary>Writes it, below what the node is.</summary>
    public static void Write(TopReport report, StatusRates rates, Terminal terminal)
    {
        string missing = report.NodesAnswered < report.NodesAsked
            ? $", of {report.NodesAnswered} nodes of {report.NodesAsked}" : "";
        string[][] commands = [.. rates.Commands.Take(MostCommands).Select(Row)];
        Part("command", "commands, by time", _commandColumns, commands, terminal);
        Keys("read", "most read" + missing, report.Reads, terminal);
        Keys("written", "most written" + missing, report.Writes, terminal);
        Keys("large", "largest" + missing, report.Big, terminal);
    }

    /// <summary>A key as it may be shown: without control characters, and not endlessly long.</summary>
    public static string Shown(TopKey key)
    {
        var text = new StringBuilder(key.Encoding == "b64" ? "b64:" : "");
        foreach (Rune rune in key.Key.EnumerateRunes())
        {
            if (text.Length >= LongestKey)
            {
                return text.Append('…').ToString();
            }
            bool isText = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned);
            string escaped = "\\u{" + rune.Value.ToString("X", CultureInfo.InvariantCulture) + "}";
            text.Append(isText ? rune.ToString() : escaped);
        }
        return text.ToString();
    }

    private static void Keys(string name, string title, IReadOnlyList<TopKey> keys, Terminal terminal) => Part(
        name,
        title,
        [name == "large" ? "" : "each second", "size", "type", "expires in", "key"],
        [.. keys.Select(key => (string[])[
            key.PerSecond is { } rate ? Rate(rate) : "",
            ByteSize.Format(key.Bytes),
            key.Type,
            key.TtlMs is { } left ? Duration.Words(TimeSpan.FromMilliseconds(left)) : "",
            Shown(key),
        ])],
        terminal);

    private static void Part(string name, string title, string[] columns, string[][] rows, Terminal terminal)
    {
        if (terminal.IsTerminal && rows.Length > 0)
        {
            Tables.Write(terminal, title, columns, rows);
            return;
        }
        foreach (string[] row in terminal.IsTerminal ? [] : rows)
        {
            IEnumerable<string> words = row.Select(cell => cell.Length == 0 ? "-" : cell.Replace(' ', '_'));
            terminal.Out.WriteLine($"{name}: {string.Join(" ", words)}");
        }
    }

    private static string[] Row((string Name, double PerSecond, double Microseconds) command) =>
    [
        command.Name,
        Rate(command.PerSecond),
        string.Create(CultureInfo.InvariantCulture, $"{command.Microseconds:0.0} us"),
        string.Create(CultureInfo.InvariantCulture, $"{command.PerSecond * command.Microseconds / 1e4:0.#} %"),
    ];

    private static string Rate(double rate) =>
        rate.ToString(rate < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture) + "/s";
}

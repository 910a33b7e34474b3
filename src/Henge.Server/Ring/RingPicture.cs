namespace Henge.Server.Ring;

/// <summary>
/// Draws members on a circle, clockwise from the top, each with a mark, its name and its share of the slots. The
/// drawing is characters alone, so that a test can look at it and any terminal can show it.
/// </summary>
internal static class RingPicture
{
    // Characters are about twice as high as wide, so a round ring is twice as many columns as lines.
    private const int ColumnsPerLine = 2;
    private const int SmallestRadius = 4;
    private const int LargestRadius = 10;
    private const int LongestLabel = 28;

    /// <summary>Lines of the drawing, without trailing spaces.</summary>
    /// <param name="labels">One for each place on the ring, in order.</param>
    /// <param name="width">Columns there are.</param>
    public static IReadOnlyList<string> Draw(IReadOnlyList<string> labels, int width)
    {
        string[] shown = [.. labels.Select(label => label.Length <= LongestLabel ? label : label[..LongestLabel])];
        int longest = shown.Length == 0 ? 0 : shown.Max(label => label.Length);
        int radius = Math.Clamp(shown.Length, SmallestRadius, LargestRadius);
        int middle = longest + 2 + (ColumnsPerLine * radius);
        if ((2 * middle) + 1 > width)
        {
            return [];
        }
        char[][] canvas = [.. Enumerable.Range(0, (2 * radius) + 1).Select(_ => Blank((2 * middle) + 1))];
        int dots = 16 * radius;
        for (int i = 0; i < dots; i++)
        {
            (int line, int column) = At(radius, middle, (double)i / dots);
            canvas[line][column] = '·';
        }
        for (int i = 0; i < shown.Length; i++)
        {
            double turn = (double)i / shown.Length;
            (int line, int column) = At(radius, middle, turn);
            canvas[line][column] = '●';
            int start = turn is > 0 and < 0.5 || shown.Length == 1 ? column + 2
                : turn > 0.5 ? column - 1 - shown[i].Length
                : column - (shown[i].Length / 2);
            int inside = turn == 0 ? 1 : -1;
            int at = turn is 0 or 0.5 && shown.Length > 1 ? line + inside : line;
            shown[i].CopyTo(0, canvas[at], Math.Max(0, start), shown[i].Length);
        }
        return [.. canvas.Select(line => new string(line).TrimEnd())];
    }

    private static (int Line, int Column) At(int radius, int middle, double turn)
    {
        (double sine, double cosine) = Math.SinCos(turn * 2 * Math.PI);
        return (
            (int)Math.Round(radius - (radius * cosine)),
            (int)Math.Round(middle + (ColumnsPerLine * radius * sine)));
    }

    private static char[] Blank(int width)
    {
        char[] line = new char[width];
        Array.Fill(line, ' ');
        return line;
    }
}

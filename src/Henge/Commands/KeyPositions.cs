namespace Henge.Commands;

/// <summary>Where the keys of one call stand among its words.</summary>
/// <param name="First">Index of the first key.</param>
/// <param name="Last">Index of the last; below <paramref name="First"/> when there is none.</param>
/// <param name="Step">Distance from key to key.</param>
internal readonly record struct KeyPositions(int First, int Last, int Step)
{
    /// <summary>The positions for a call of <paramref name="wordCount"/> words.</summary>
    public static KeyPositions Of(Command command, int wordCount)
    {
        if (command.FirstKey <= 0)
        {
            return new KeyPositions(1, 0, 1);
        }
        int last = command.LastKey < 0 ? wordCount + command.LastKey : command.LastKey;
        return new KeyPositions(command.FirstKey, Math.Min(last, wordCount - 1), Math.Max(1, command.KeyStep));
    }
}

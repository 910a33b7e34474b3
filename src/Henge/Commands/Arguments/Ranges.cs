namespace Henge.Commands.Arguments;

/// <summary>Ranges with both ends included, where negative numbers count from the end.</summary>
internal static class Ranges
{
    /// <summary>
    /// Clamps a range as GETRANGE and BITCOUNT mean it to positions inside <paramref name="length"/>; false when
    /// nothing is in it.
    /// </summary>
    public static bool TryResolve(ref long start, ref long end, long length)
    {
        if (start < 0 && end < 0 && start > end)
        {
            return false;
        }
        start = Math.Max(start < 0 ? start + length : start, 0);
        end = Math.Min(Math.Max(end < 0 ? end + length : end, 0), length - 1);
        return start <= end;
    }
}

using System.Globalization;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>Numbers as values of tags.</summary>
internal static class NumberTag
{
    /// <summary>The number in digits.</summary>
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);
}

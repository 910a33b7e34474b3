using System.Numerics;

namespace Henge.Cluster.Rings;

/// <summary>
/// Minus the binary logarithm of a fraction, in whole numbers only: Math.Log may differ in its last bit between
/// platforms, and then two nodes would disagree about who owns a slot.
/// </summary>
/// <remarks>
/// A table of 4,097 logarithms between a half and one, computed bit by bit through repeated squaring, with straight
/// lines between them. The result falls with the first 33 bits of the fraction, and is exact to about 1e-8.
/// </remarks>
internal static class FixedLog
{
    /// <summary>Bits behind the point.</summary>
    public const int FractionBits = 40;

    private const int IndexBits = 12;
    private const int WeightBits = 20;

    private static readonly ulong[] s_table = BuildTable();

    /// <summary>-log2(<paramref name="fraction"/> / 2^64); below 2^47. A fraction of 0 counts as the least.</summary>
    public static ulong MinusLog2(ulong fraction)
    {
        int zeros = BitOperations.LeadingZeroCount(fraction | 1);
        ulong mantissa = (fraction | 1) << zeros;
        int index = (int)(mantissa >> (63 - IndexBits)) & ((1 << IndexBits) - 1);
        ulong weight = (mantissa >> (63 - IndexBits - WeightBits)) & ((1 << WeightBits) - 1);
        ulong[] table = s_table;
        ulong upper = table[index];
        ulong fall = (upper - table[index + 1]) * weight >> WeightBits;
        return ((ulong)zeros << FractionBits) + upper - fall;
    }

    // Entry i is -log2(1/2 + i/8192): from 1 down to 0.
    private static ulong[] BuildTable()
    {
        var table = new ulong[(1 << IndexBits) + 1];
        for (int i = 0; i < 1 << IndexBits; i++)
        {
            // The number between 1 and 2 with 63 bits behind the point. Squaring doubles its logarithm; whenever that
            // passes 1, the next bit of the logarithm is set and the number is halved.
            ulong number = (1UL << 63) | ((ulong)i << (63 - IndexBits));
            ulong log = 0;
            for (int bit = 0; bit < FractionBits; bit++)
            {
                ulong high = Math.BigMul(number, number, out ulong low);
                bool passed = high >> 63 != 0;
                number = passed ? high : (high << 1) | (low >> 63);
                log = (log << 1) | (passed ? 1UL : 0UL);
            }
            table[i] = (1UL << FractionBits) - log;
        }
        return table;
    }
}

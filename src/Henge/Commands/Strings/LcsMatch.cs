namespace Henge.Commands.Strings;

/// <summary>A run of bytes that two strings share in their longest common subsequence.</summary>
/// <param name="StartInA">Where it begins in the first string.</param>
/// <param name="StartInB">Where it begins in the second string.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct LcsMatch(int StartInA, int StartInB, int Length);

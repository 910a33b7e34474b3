namespace Henge.Protocol;

/// <summary>A piece of a buffer, by position, so that it can be kept where a span cannot.</summary>
/// <param name="Start">Offset of the first byte.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct ByteRange(int Start, int Length);

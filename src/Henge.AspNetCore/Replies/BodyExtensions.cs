using System.IO.Pipelines;

namespace Henge.AspNetCore.Replies;

/// <summary>Writing to a response's body.</summary>
internal static class BodyExtensions
{
    /// <summary>
    /// Appends bytes without sending them. The size is asked for as a whole: before the headers are out Kestrel gives
    /// no
    /// room to who does not say how much, which is what the general Write extension does.
    /// </summary>
    public static void Append(this PipeWriter body, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
    }
}

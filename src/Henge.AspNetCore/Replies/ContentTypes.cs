using System.Text;

namespace Henge.AspNetCore.Replies;

/// <summary>
/// Content types as header strings, without a new string per GET: a direct-mapped table of those seen last. A race puts
/// the same text twice, which is harmless.
/// </summary>
internal sealed class ContentTypes
{
    /// <summary>What a value without a content type is served as.</summary>
    public const string Default = "application/octet-stream";

    private const int Slots = 64;

    private readonly string?[] _seen = new string?[Slots];

    /// <summary>The string of a stored content type.</summary>
    public string Text(ReadOnlySpan<byte> stored)
    {
        if (stored.IsEmpty)
        {
            return Default;
        }
        int slot = ((stored.Length * 31) + (stored[^1] * 7) + stored[stored.Length / 2]) & (Slots - 1);
        string? seen = Volatile.Read(ref _seen[slot]);
        if (seen is not null && Ascii.Equals(stored, seen))
        {
            return seen;
        }
        string text = Encoding.ASCII.GetString(stored);
        Volatile.Write(ref _seen[slot], text);
        return text;
    }
}

using Henge.AspNetCore.Requests;
using Henge.Entries;
using Henge.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Henge.AspNetCore.Replies;

/// <summary>What a reply says about an entry: taken while it is held, used after.</summary>
/// <param name="Version">Its version: the ETag.</param>
/// <param name="Length">Length of its value in bytes.</param>
/// <param name="ExpiresAtMs">Unix milliseconds; 0 for none.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Tags">Its tags as the header shows them; null for none.</param>
internal readonly record struct EntryFacts(
    ulong Version, int Length, long ExpiresAtMs, string ContentType, string? Tags)
{
    // A version is 48 bits of unix milliseconds above 16 bits of counter: the time of the write comes with it.
    private const int VersionCounterBits = 16;

    private static readonly StringValues Hit = "HIT";
    private static readonly StringValues Bytes = "bytes";

    /// <summary>
    /// Takes the facts of an entry that was found. A use moves the expiry of a sliding entry, never its version
    /// (<see cref="SlidingUse"/>).
    /// </summary>
    public static EntryFacts Take(
        HengeNode node, ReadOnlySpan<byte> key, scoped in EntryScope entry, ContentTypes contentTypes, bool use,
        long nowMs)
    {
        EntryAttributes attributes = EntryAttributes.Read(entry.Attributes);
        string contentType = contentTypes.Text(attributes.ContentType);
        string? tags = attributes.Tags.IsEmpty ? null : TagText.Show(attributes.Tags);
        if (use && SlidingUse.Apply(entry, attributes, nowMs))
        {
            node.Entries.TellCopies(key);
        }
        return new EntryFacts(entry.Version, entry.Value.Length, entry.ExpiresAtMs, contentType, tags);
    }

    /// <summary>Sets ETag, Age, Cache-Control, Cache-Tags and X-Cache.</summary>
    public void WriteHeaders(IHeaderDictionary headers, long nowMs)
    {
        headers.ETag = EntityTag.Of(Version);
        headers.Age = NumberTexts.Seconds(nowMs - (long)(Version >> VersionCounterBits));
        if (ExpiresAtMs != 0)
        {
            headers.CacheControl = NumberTexts.MaxAge(ExpiresAtMs - nowMs);
        }
        if (Tags is not null)
        {
            headers[TagText.Header] = Tags;
        }
        headers.AcceptRanges = Bytes;
        headers["X-Cache"] = Hit;
    }
}

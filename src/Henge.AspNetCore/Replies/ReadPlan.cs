using System.Globalization;

using Henge.AspNetCore.Requests;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Replies;

/// <summary>What of an entry a GET answers with, after its conditions and its range (RFC 9110, 13.2.2).</summary>
/// <param name="Status">200, 206, 304, 412 or 416.</param>
/// <param name="Start">First byte of the value to send.</param>
/// <param name="Count">Bytes to send.</param>
internal readonly record struct ReadPlan(int Status, int Start, int Count)
{
    /// <summary>Whether a part of the value is the body.</summary>
    public bool HasBody => Status is 200 or 206;

    /// <summary>Decides.</summary>
    public static ReadPlan For(HttpRequest request, in EntryFacts facts)
    {
        IHeaderDictionary headers = request.Headers;
        if (headers.IfMatch is { Count: > 0 } match && !EntityTag.Matches(match.ToString(), facts.Version, weak: false))
        {
            return new ReadPlan(412, 0, 0);
        }
        if (headers.IfNoneMatch is { Count: > 0 } none && EntityTag.Matches(none.ToString(), facts.Version, weak: true))
        {
            return new ReadPlan(304, 0, 0);
        }
        if (headers.Range is not { Count: 1 } range || !HttpMethods.IsGet(request.Method)
            || !RangeHeader.TryParse(range.ToString(), facts.Length, out int start, out int count))
        {
            return new ReadPlan(200, 0, facts.Length);
        }
        // A list or a date is never our tag, so the whole value is sent then, as the RFC wants it.
        if (headers.IfRange is { Count: > 0 } ifRange && ifRange.ToString() != EntityTag.Of(facts.Version))
        {
            return new ReadPlan(200, 0, facts.Length);
        }
        return count == 0 ? new ReadPlan(416, 0, 0) : new ReadPlan(206, start, count);
    }

    /// <summary>Content-Range of a 206 or 416.</summary>
    public string ContentRange(int length) => Status == 206
        ? string.Create(CultureInfo.InvariantCulture, $"bytes {Start}-{Start + Count - 1}/{length}")
        : string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
}

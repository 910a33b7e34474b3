using System.Globalization;

using Henge.AspNetCore.Replies;
using Henge.Entries;

namespace Henge.AspNetCore.Requests;

/// <summary>Reads how long an entry is to live from a request.</summary>
internal static class LifetimeQuery
{
    /// <summary>
    /// Reads <c>ttl</c>, <c>idle</c> and <c>expires</c>, or without the first and last <c>Cache-Control: max-age</c>.
    /// </summary>
    public static Problem? TryParse(in QueryOptions query, string? cacheControl, long nowMs, out Lifetime lifetime)
    {
        lifetime = default;
        long ttl = 0;
        long idle = 0;
        long expires = 0;
        if (query.Has(QueryNames.Ttl) && !Duration.TryParse(query.Ttl, out ttl))
        {
            return Problems.BadDuration("ttl");
        }
        if (query.Has(QueryNames.Idle) && !Duration.TryParse(query.Idle, out idle))
        {
            return Problems.BadDuration("idle");
        }
        if (query.Has(QueryNames.Expires))
        {
            if (!long.TryParse(query.Expires, NumberStyles.None, CultureInfo.InvariantCulture, out expires)
                || expires <= nowMs || expires > nowMs + Duration.MaxMs)
            {
                return Problems.BadQuery("'expires' must be a moment to come, in unix milliseconds.");
            }
            if (ttl != 0)
            {
                return Problems.BadQuery("'ttl' and 'expires' exclude each other.");
            }
        }
        if (ttl == 0 && expires == 0 && cacheControl is not null && !TryMaxAge(cacheControl, out ttl))
        {
            return Problems.BadQuery("'max-age' of Cache-Control must be whole seconds, at least 1.");
        }
        lifetime = new Lifetime(ttl, idle, expires);
        return null;
    }

    // Other directives speak to other caches and are none of ours.
    private static bool TryMaxAge(ReadOnlySpan<char> header, out long milliseconds)
    {
        milliseconds = 0;
        foreach (Range part in header.Split(','))
        {
            ReadOnlySpan<char> directive = header[part].Trim();
            if (!directive.StartsWith("max-age=", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            if (!long.TryParse(directive[8..], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                || seconds == 0 || seconds > Duration.MaxMs / 1000)
            {
                return false;
            }
            milliseconds = seconds * 1000;
        }
        return true;
    }
}

using System.Globalization;

using Henge.AspNetCore.Replies;

namespace Henge.AspNetCore.Requests;

/// <summary>How long an entry is to live, as a request asks for it. Zero where a part was not given.</summary>
/// <param name="TtlMs">From the write on.</param>
/// <param name="IdleMs">From the last read on, within the other two.</param>
/// <param name="ExpiresAtMs">Until this moment, in unix milliseconds.</param>
internal readonly record struct Lifetime(long TtlMs, long IdleMs, long ExpiresAtMs)
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

    /// <summary>The end that no read moves: unix milliseconds, 0 for none.</summary>
    public long Deadline(long nowMs) => TtlMs != 0 ? nowMs + TtlMs : ExpiresAtMs;

    /// <summary>The expiry of an entry that is written now: unix milliseconds, 0 for none.</summary>
    public long Expiry(long nowMs) => Sliding(IdleMs, Deadline(nowMs), nowMs);

    /// <summary>The expiry after a use now, of an entry with this idle time and deadline (each 0 for none).</summary>
    public static long Sliding(long idleMs, long deadlineMs, long nowMs)
    {
        if (idleMs == 0)
        {
            return deadlineMs;
        }
        return deadlineMs == 0 ? nowMs + idleMs : Math.Min(nowMs + idleMs, deadlineMs);
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

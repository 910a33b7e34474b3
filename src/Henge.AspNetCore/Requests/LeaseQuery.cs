using System.Globalization;

using Henge.AspNetCore.Replies;
using Henge.Entries.Leases;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Henge.AspNetCore.Requests;

/// <summary>Reads what a request says about leases: <c>?lease=5s&amp;wait=2s</c> and <c>Cache-Lease</c>.</summary>
internal static class LeaseQuery
{
    /// <summary>The header that carries a token, both ways.</summary>
    public const string Header = "Cache-Lease";

    /// <summary>Longest wait for another's fill: proxies and clients give requests up by then.</summary>
    public const int LongestWaitMs = 60_000;

    private const int TokenDigits = 16;

    /// <summary>Reads <c>lease</c> and <c>wait</c>.</summary>
    public static Problem? TryParse(in QueryOptions query, out int leaseMs, out int waitMs)
    {
        leaseMs = 0;
        waitMs = 0;
        if (!query.Has(QueryNames.Lease))
        {
            return Problems.BadQuery("'wait' is for how long to wait for a lease: give 'lease' too.");
        }
        if (!Duration.TryParse(query.Lease, out long lease) || lease > LeaseRequest.LongestMs)
        {
            return Problems.BadLeaseTime;
        }
        long wait = 0;
        if (query.Has(QueryNames.Wait) && (!Duration.TryParse(query.Wait, out wait) || wait > LongestWaitMs))
        {
            return Problems.BadWaitTime;
        }
        leaseMs = (int)lease;
        waitMs = (int)wait;
        return null;
    }

    /// <summary>Reads the header; 0 without it.</summary>
    public static Problem? TryRead(HttpRequest request, out LeaseToken token)
    {
        token = default;
        if (!request.Headers.TryGetValue(Header, out StringValues values))
        {
            return null;
        }
        bool isOne = values is [{ Length: TokenDigits } text]
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
            && (token = new LeaseToken(number)) != default;
        return isOne ? null : Problems.BadLease;
    }

    /// <summary>A token as the header has it.</summary>
    public static string Text(LeaseToken token) => token.Value.ToString("x16", CultureInfo.InvariantCulture);
}

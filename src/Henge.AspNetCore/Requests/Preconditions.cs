using Henge.Entries.Leases;
using Henge.Storage;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Requests;

/// <summary>If-Match and If-None-Match of a request, checked while the entry is held, so that CAS is exact.</summary>
/// <param name="IfMatch">Go on only where the version is in this list; null for no condition.</param>
/// <param name="IfNoneMatch">Go on only where it is not; null for no condition.</param>
/// <param name="Lease">Go on only where this is the key's lease; 0 for no condition.</param>
internal readonly record struct Preconditions(string? IfMatch, string? IfNoneMatch, LeaseToken Lease = default)
{
    /// <summary>Reads the headers. A header that is there several times is one list.</summary>
    public static Preconditions Of(HttpRequest request) =>
        new(request.Headers.IfMatch is { Count: > 0 } match ? match.ToString() : null,
            request.Headers.IfNoneMatch is { Count: > 0 } none ? none.ToString() : null);

    /// <summary>Whether a write may go on.</summary>
    public bool AllowWrite(in EntryScope entry)
    {
        if (IfMatch is not null && !(entry.Found && EntityTag.Matches(IfMatch, entry.Version, weak: false)))
        {
            return false;
        }
        return IfNoneMatch is null || !entry.Found || !EntityTag.Matches(IfNoneMatch, entry.Version, weak: true);
    }
}

namespace Henge.AspNetCore.Requests;

/// <summary>
/// The path and the query of a request as they were sent. Kestrel's decoded path will not do: it joins %2F with / and
/// folds dot segments, and a key may hold both.
/// </summary>
internal readonly ref struct HttpTarget
{
    private HttpTarget(ReadOnlySpan<char> path, ReadOnlySpan<char> query)
    {
        Path = path;
        Query = query;
    }

    /// <summary>The path, still percent-encoded, from its leading slash.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>The query without its question mark, still percent-encoded.</summary>
    public ReadOnlySpan<char> Query { get; }

    /// <summary>
    /// Splits a target in origin form (<c>/path?query</c>) or absolute form (<c>http://host/path?query</c>).
    /// </summary>
    /// <param name="raw">The target as sent.</param>
    /// <param name="prefixSegments">Segments at the head of the path that belong to where the API is mapped.</param>
    public static HttpTarget Parse(ReadOnlySpan<char> raw, int prefixSegments)
    {
        if (raw.Length > 0 && raw[0] != '/' && raw.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0)
        {
            raw = raw[(scheme + 3)..];
            int slash = raw.IndexOfAny('/', '?');
            raw = slash < 0 ? "/" : raw[slash..];
        }
        int question = raw.IndexOf('?');
        ReadOnlySpan<char> path = question < 0 ? raw : raw[..question];
        ReadOnlySpan<char> query = question < 0 ? default : raw[(question + 1)..];
        for (; prefixSegments > 0 && path.Length > 0; prefixSegments--)
        {
            int slash = path[1..].IndexOf('/');
            path = slash < 0 ? default : path[(slash + 1)..];
        }
        return new HttpTarget(path, query);
    }
}

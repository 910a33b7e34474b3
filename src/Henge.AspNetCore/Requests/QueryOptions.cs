using Henge.AspNetCore.Replies;

namespace Henge.AspNetCore.Requests;

/// <summary>
/// The query of a request. An option that the route does not know is an error: a misspelt <c>ttl</c> would otherwise
/// store an entry for ever and say nothing. Values are still percent-encoded. Tags are read by <see cref="TagText"/>.
/// </summary>
internal ref struct QueryOptions
{
    /// <summary>Which options are there.</summary>
    public QueryNames Present { get; private set; }

    /// <summary>Value of <c>ttl</c>.</summary>
    public ReadOnlySpan<char> Ttl { get; private set; }

    /// <summary>Value of <c>idle</c>.</summary>
    public ReadOnlySpan<char> Idle { get; private set; }

    /// <summary>Value of <c>expires</c>.</summary>
    public ReadOnlySpan<char> Expires { get; private set; }

    /// <summary>Value of <c>by</c>.</summary>
    public ReadOnlySpan<char> By { get; private set; }

    /// <summary>Value of <c>match</c>.</summary>
    public ReadOnlySpan<char> Match { get; private set; }

    /// <summary>Value of <c>cursor</c>.</summary>
    public ReadOnlySpan<char> Cursor { get; private set; }

    /// <summary>Value of <c>limit</c>.</summary>
    public ReadOnlySpan<char> Limit { get; private set; }

    /// <summary>Value of <c>prefix</c>.</summary>
    public ReadOnlySpan<char> Prefix { get; private set; }

    /// <summary>Value of <c>all</c>.</summary>
    public ReadOnlySpan<char> All { get; private set; }

    /// <summary>Value of <c>key</c>.</summary>
    public ReadOnlySpan<char> Key { get; private set; }

    /// <summary>Value of <c>lease</c>.</summary>
    public ReadOnlySpan<char> Lease { get; private set; }

    /// <summary>Value of <c>wait</c>.</summary>
    public ReadOnlySpan<char> Wait { get; private set; }

    /// <summary>Value of <c>count</c>.</summary>
    public ReadOnlySpan<char> Count { get; private set; }

    /// <summary>Value of <c>local</c>.</summary>
    public ReadOnlySpan<char> Local { get; private set; }

    /// <summary>Whether keys are base64url.</summary>
    public readonly bool KeysAreBase64 => (Present & QueryNames.Enc) != 0;

    /// <summary>Whether <paramref name="name"/> is there.</summary>
    public readonly bool Has(QueryNames name) => (Present & name) != 0;

    /// <summary>Reads a query.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static Problem? TryParse(ReadOnlySpan<char> query, QueryNames known, out QueryOptions options)
    {
        options = default;
        foreach (Range part in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[part];
            if (pair.IsEmpty)
            {
                continue;
            }
            int equals = pair.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? pair : pair[..equals];
            QueryNames bit = NameOf(name);
            if ((bit & known) == 0)
            {
                return UnknownOption(name);
            }
            if (options.Has(bit) && bit != QueryNames.Tag)
            {
                return Problems.BadQuery($"The query option '{name}' is given twice.");
            }
            options.Present |= bit;
            if (!options.TrySet(bit, equals < 0 ? default : pair[(equals + 1)..]))
            {
                return Problems.BadQuery("The query option 'enc' knows one value: b64.");
            }
        }
        return null;
    }

    private static QueryNames NameOf(ReadOnlySpan<char> name) => name switch
    {
        "enc" => QueryNames.Enc,
        "ttl" => QueryNames.Ttl,
        "idle" => QueryNames.Idle,
        "expires" => QueryNames.Expires,
        "by" => QueryNames.By,
        "match" => QueryNames.Match,
        "cursor" => QueryNames.Cursor,
        "limit" => QueryNames.Limit,
        "prefix" => QueryNames.Prefix,
        "all" => QueryNames.All,
        "key" => QueryNames.Key,
        "lease" => QueryNames.Lease,
        "wait" => QueryNames.Wait,
        "tag" => QueryNames.Tag,
        "count" => QueryNames.Count,
        "local" => QueryNames.Local,
        _ => QueryNames.None,
    };

    private static Problem UnknownOption(ReadOnlySpan<char> name) =>
        Problems.BadQuery($"The query option '{Shown(name)}' is not known here.");

    // It is shown to whoever sent it, as JSON; the length alone needs a bound.
    private static ReadOnlySpan<char> Shown(ReadOnlySpan<char> name) => name.Length <= 40 ? name : name[..40];

    private bool TrySet(QueryNames name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case QueryNames.Enc: return value is "b64";
            case QueryNames.Ttl: Ttl = value; break;
            case QueryNames.Idle: Idle = value; break;
            case QueryNames.Expires: Expires = value; break;
            case QueryNames.By: By = value; break;
            case QueryNames.Match: Match = value; break;
            case QueryNames.Cursor: Cursor = value; break;
            case QueryNames.Limit: Limit = value; break;
            case QueryNames.Prefix: Prefix = value; break;
            case QueryNames.All: All = value; break;
            case QueryNames.Lease: Lease = value; break;
            case QueryNames.Wait: Wait = value; break;
            case QueryNames.Count: Count = value; break;
            case QueryNames.Local: Local = value; break;
            case QueryNames.Tag: break;
            default: Key = value; break;
        }
        return true;
    }
}

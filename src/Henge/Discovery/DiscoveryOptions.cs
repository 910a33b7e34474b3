namespace Henge.Discovery;

/// <summary>
/// Where a node learns who may be in its ring, beside <see cref="HengeOptions.Peers"/> (docs/discovery.md): the part of
/// <see cref="HengeOptions"/> for fleets. What is named there is dialled; who is alive the nodes find out among
/// themselves, so that a source that is away, or comes back empty, takes nobody out of the ring. Set before the node is
/// made.
/// </summary>
public sealed class DiscoveryOptions
{
    /// <summary>Most sources; more would be a mistake.</summary>
    internal const int MaxSources = 8;

    /// <summary>
    /// Sources, each <c>dns:NAME[:port]</c>, a name whose addresses are nodes, such as a headless service in Kubernetes
    /// (the port is 7400 unless given). Default none. A node with sources becomes ready when it has joined a ring, or
    /// when every source has answered and for 5 s nobody was there: never because a source was silent.
    /// </summary>
    public IList<string> Sources { get; } = new List<string>();

    /// <summary>
    /// Puts together again what was split at commas: those inside of a source, and those between.
    /// </summary>
    internal static IEnumerable<string> Rejoin(IEnumerable<string> parts)
    {
        string? source = null;
        foreach (string part in parts)
        {
            if (source is not null && !DnsName.Is(part))
            {
                source += "," + part;
                continue;
            }
            if (source is not null)
            {
                yield return source;
            }
            source = part;
        }
        if (source is not null)
        {
            yield return source;
        }
    }

    /// <summary>Checks what can be checked without asking anybody.</summary>
    /// <returns>Null, or one line that says what is wrong and how to mend it.</returns>
    internal string? Validate()
    {
        if (Sources.Count > MaxSources)
        {
            return $"discovery has {Sources.Count} sources: give at most {MaxSources}";
        }
        foreach (string source in Sources)
        {
            string? wrong = DnsName.Is(source) ? DnsName.TryParse(source, out _) : "write dns:NAME[:port]";
            if (wrong is not null)
            {
                return $"discovery '{source}': {wrong}";
            }
        }
        return null;
    }
}

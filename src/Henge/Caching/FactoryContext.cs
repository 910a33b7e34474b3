namespace Henge.Caching;

/// <summary>
/// What the factory of a <see cref="HengeCache"/> may decide of the value that it makes. It belongs to one call of one
/// factory and is not thread safe; what is changed after the factory has ended counts for nothing.
/// </summary>
public sealed class FactoryContext
{
    internal FactoryContext(string key, TimeSpan expiration, IEnumerable<string> tags)
    {
        (Key, Expiration) = (key, expiration);
        Tags = [.. tags];
    }

    /// <summary>The key of the value, as the caller gave it.</summary>
    public string Key { get; }

    /// <summary>
    /// How long the value is to live; at first what the caller asked for. More than zero; counted up to milliseconds.
    /// </summary>
    public TimeSpan Expiration { get; set; }

    /// <summary>Its tags; at first those that the caller gave. 1 to 256 bytes of UTF-8 each, at most 64.</summary>
    public IList<string> Tags { get; }

    /// <summary>
    /// Whether the value is kept; default true. False: all who wait for it get it, and the next who asks has it made
    /// again. What was in the cache before stays as it was.
    /// </summary>
    public bool IsCached { get; set; } = true;
}

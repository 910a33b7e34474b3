namespace Henge.Caching;

/// <summary>What a look for a key came to.</summary>
public enum CacheState
{
    /// <summary>There is no value, or none that the serializer can read.</summary>
    Missing = 0,

    /// <summary>There is one.</summary>
    Found = 1,

    /// <summary>The ring did not answer in time, so nobody knows.</summary>
    Unknown = 2,
}

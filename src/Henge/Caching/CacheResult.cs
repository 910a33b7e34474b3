namespace Henge.Caching;

/// <summary>The answer to a look for a key.</summary>
/// <param name="State">Whether there is a value.</param>
/// <param name="Value">The value where it was found.</param>
/// <param name="Version">
/// Its version, for <see cref="HengeCache.TrySetAsync{T}"/>; 0 where none was found. A later value of the key has a
/// higher one.
/// </param>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly record struct CacheResult<T>(CacheState State, T? Value, ulong Version)
{
    /// <summary>Whether it was found.</summary>
    public bool IsFound => State == CacheState.Found;
}

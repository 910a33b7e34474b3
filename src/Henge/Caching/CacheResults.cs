namespace Henge.Caching;

/// <summary>The answers to a look for many keys: each that was asked for is in one of the three.</summary>
/// <param name="Found">Values that are there.</param>
/// <param name="Missing">Keys that have none.</param>
/// <param name="Unknown">Keys whose owner did not answer in time.</param>
/// <typeparam name="T">Type of the values.</typeparam>
public sealed record CacheResults<T>(
    IReadOnlyDictionary<string, T> Found, IReadOnlyList<string> Missing, IReadOnlyList<string> Unknown);

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Engine;

/// <summary>What two callers must have in common to share one search.</summary>
/// <param name="Key">The key.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Flags">Which levels are used.</param>
internal readonly record struct FlightKey(string Key, Type Type, HybridCacheEntryFlags Flags);

namespace Henge.Storage;

/// <summary>The keyed 64-bit hash of a key, as <see cref="Store.Hash"/> computes it for one store.</summary>
/// <param name="Value">The hash. It is seeded per process: never send it, never store it.</param>
internal readonly record struct KeyHash(ulong Value);

using Henge.Storage;

namespace Henge.Sessions;

/// <summary>A key as WATCH saw it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Version">The version of its entry then; 0 when there was none.</param>
internal readonly record struct WatchedKey(byte[] Key, KeyHash Hash, ulong Version);

using Henge.Entries.Kept;

namespace Henge.Entries;

/// <summary>The answer to an operation on an entry.</summary>
/// <param name="Status">What came of it.</param>
/// <param name="Version">Version of the entry that is there now; 0 where there is none.</param>
/// <param name="ExpiresAtMs">Its expiry in unix milliseconds; 0 for none.</param>
/// <param name="Value">Its value where that was asked for and is there, else null.</param>
/// <param name="Provenance">Of a value that is to be kept (<see cref="EntryFlags.Keeps"/>), else null.</param>
internal readonly record struct EntryAnswer(
    EntryStatus Status, ulong Version = 0, long ExpiresAtMs = 0, byte[]? Value = null, Provenance? Provenance = null);

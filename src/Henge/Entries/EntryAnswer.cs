using Henge.Entries.Kept;
using Henge.Entries.Leases;
using Henge.Storage.Figures;

namespace Henge.Entries;

/// <summary>The answer to an operation on an entry.</summary>
/// <param name="Status">What came of it.</param>
/// <param name="Version">Version of the entry that is there now; 0 where there is none.</param>
/// <param name="ExpiresAtMs">Its expiry in unix milliseconds; 0 for none.</param>
/// <param name="Value">Its value where that was asked for and is there, else null.</param>
/// <param name="Provenance">Of a value that is to be kept (<see cref="EntryFlags.Keeps"/>), else null.</param>
internal readonly record struct EntryAnswer(
    EntryStatus Status, ulong Version = 0, long ExpiresAtMs = 0, byte[]? Value = null, Provenance? Provenance = null)
{
    /// <summary>Why there is no entry, as far as is remembered; with a lease or without one.</summary>
    public MissReason? WhyMissing { get; init; }

    /// <summary>The lease that was given; only with <see cref="EntryStatus.Leased"/>.</summary>
    public LeaseToken Token => new(Version);

    /// <summary>How long another may still hold the lease; only with <see cref="EntryStatus.Held"/>.</summary>
    public long HeldMs => ExpiresAtMs;

    /// <summary>A lease was given.</summary>
    public static EntryAnswer Leased(LeaseToken token) => new(EntryStatus.Leased, token.Value);

    /// <summary>Another holds the lease.</summary>
    public static EntryAnswer Held(long leftMs) => new(EntryStatus.Held, 0, leftMs);
}

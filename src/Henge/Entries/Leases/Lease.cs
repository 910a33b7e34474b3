using Henge.Cluster;

namespace Henge.Entries.Leases;

/// <summary>The right of one caller to fill one key, as the key's owner remembers it. Immutable.</summary>
/// <param name="Token">What its holder shows.</param>
/// <param name="Request">Who holds it.</param>
/// <param name="UntilMs">When it ends by itself, on the owner's monotonic clock.</param>
/// <param name="Slot">The key's slot.</param>
/// <param name="FlushVersion">The last flush when it was given: a later one ends it.</param>
internal sealed record Lease(LeaseToken Token, LeaseRequest Request, long UntilMs, Slot Slot, ulong FlushVersion);

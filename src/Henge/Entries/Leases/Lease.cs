using Henge.Cluster;

namespace Henge.Entries.Leases;

/// <summary>The right of one caller to fill one key, as the key's owner remembers it.</summary>
/// <param name="token">What its holder shows.</param>
/// <param name="request">Who holds it.</param>
/// <param name="untilMs">When it ends by itself at first, on the owner's monotonic clock.</param>
/// <param name="slot">The key's slot.</param>
/// <param name="flushVersion">The last flush when it was given: a later one ends it.</param>
/// <param name="begun">When it was given, as a version (<see cref="Henge.Tags.NodeTags.Begin"/>).</param>
internal sealed class Lease(
    LeaseToken token, LeaseRequest request, long untilMs, Slot slot, ulong flushVersion, ulong begun)
{
    private long _untilMs = untilMs;

    /// <summary>What its holder shows.</summary>
    public LeaseToken Token { get; } = token;

    /// <summary>Who holds it.</summary>
    public LeaseRequest Request { get; } = request;

    /// <summary>When it ends by itself, on the owner's monotonic clock.</summary>
    public long UntilMs => Volatile.Read(ref _untilMs);

    /// <summary>The key's slot.</summary>
    public Slot Slot { get; } = slot;

    /// <summary>The last flush when it was given.</summary>
    public ulong FlushVersion { get; } = flushVersion;

    /// <summary>When it was given, as a version.</summary>
    public ulong Begun { get; } = begun;

    /// <summary>It ends later; never earlier.</summary>
    public void Prolong(long untilMs) => Volatile.Write(ref _untilMs, Math.Max(UntilMs, untilMs));
}

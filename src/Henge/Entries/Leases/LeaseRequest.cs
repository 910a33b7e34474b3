using Henge.Cluster.Members;

namespace Henge.Entries.Leases;

/// <summary>What who asks for a lease says of itself.</summary>
/// <param name="Member">The node that asks; when it goes, the lease goes.</param>
/// <param name="Boot">Which process of it.</param>
/// <param name="Caller">A number of that process for this request: asked again, it gets the same lease again.</param>
/// <param name="Milliseconds">How long the lease is wanted for.</param>
internal readonly record struct LeaseRequest(MemberId Member, BootId Boot, ulong Caller, int Milliseconds)
{
    /// <summary>Longest lease, ten minutes: who wants longer loads something no cache should wait for.</summary>
    public const int LongestMs = 600_000;

    /// <summary>Whether another comes from the same caller.</summary>
    public bool IsFrom(in LeaseRequest other) =>
        Caller == other.Caller && Member == other.Member && Boot == other.Boot;
}

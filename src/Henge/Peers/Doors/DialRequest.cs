using Henge.Cluster;
using Henge.Cluster.Members;

namespace Henge.Peers.Doors;

/// <summary>A link that is wanted.</summary>
/// <param name="Address">host:port to dial.</param>
/// <param name="Kind">What for.</param>
/// <param name="Lane">Of a data link, whose it will be.</param>
/// <param name="Expected">Who must answer; null: whoever does.</param>
internal sealed record DialRequest(string Address, LinkKind Kind, int Lane = 0, MemberId? Expected = null);

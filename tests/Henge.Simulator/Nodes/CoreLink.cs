using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Simulator.Network;

namespace Henge.Simulator.Nodes;

/// <summary>A control or bulk link as one of its ends holds it.</summary>
/// <param name="Peer">The other side as it described itself in the hello.</param>
/// <param name="Kind">Control or bulk.</param>
/// <param name="Dialled">The address that was dialled from here; null when the peer dialled.</param>
/// <param name="Connection">The connection.</param>
/// <param name="End">This end of it.</param>
internal sealed record CoreLink(Member Peer, LinkKind Kind, string? Dialled, SimConnection Connection, LinkEnd End);

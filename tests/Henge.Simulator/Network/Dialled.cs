using Henge.Cluster;
using Henge.Cluster.Members;

namespace Henge.Simulator.Network;

/// <summary>What came of a dial.</summary>
/// <param name="Peer">Who answered; null when it came to nothing.</param>
/// <param name="Connection">The connection, on success.</param>
/// <param name="End">The dialler's end of it, on success.</param>
/// <param name="Reason">Why it came to nothing.</param>
internal readonly record struct Dialled(Member? Peer, SimConnection? Connection, LinkEnd? End, DownReason Reason);

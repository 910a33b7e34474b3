using Henge.Cluster.Rings;

namespace Henge.Cluster;

/// <summary>
/// What a node's part in the ring is made with. Times in milliseconds; the defaults are the product's.
/// </summary>
internal sealed class ClusterOptions
{
    /// <summary>host:port of nodes to begin with; own addresses among them are no error.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Whether discovery names more of them while running; see <see cref="DiscoverySettleMs"/>.</summary>
    public bool HasDiscovery { get; init; }

    /// <summary>
    /// With discovery: how long after its first answer a node that hears of no ring begins one of its own; default 5 s,
    /// longer than names take from node to node, or the nodes of a ring to enter themselves again.
    /// </summary>
    public int DiscoverySettleMs { get; init; } = 5000;

    /// <summary>
    /// Copies of each slot, 1 to <see cref="RingView.MaxCopies"/>; default 2: an owner and a replica. Must be the same
    /// on all nodes; the highest asked for by a member counts.
    /// </summary>
    public int Copies { get; init; } = 2;

    /// <summary>Lanes of the node.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Between two rounds of probes; default 1 s.</summary>
    public int ProbeIntervalMs { get; init; } = 1000;

    /// <summary>Until a probe counts as unanswered; default 500 ms: above the retransmission timeout of TCP.</summary>
    public int ProbeTimeoutMs { get; init; } = 500;

    /// <summary>Members asked to probe for this one; default 3.</summary>
    public int IndirectProbes { get; init; } = 3;

    /// <summary>Between two rounds of gossip; default 200 ms.</summary>
    public int GossipIntervalMs { get; init; } = 200;

    /// <summary>Members told in a round; default 3.</summary>
    public int GossipFanOut { get; init; } = 3;

    /// <summary>Base of the suspicion timeout, times max(1, log10 N); default 3 s.</summary>
    public int SuspicionMs { get; init; } = 3000;

    /// <summary>Between two full exchanges with a random member; default 10 s.</summary>
    public int PushPullIntervalMs { get; init; } = 10_000;

    /// <summary>First and longest pause between dials of one address; default 1 s and 5 s.</summary>
    public int RedialMs { get; init; } = 1000;

    /// <summary>As above, the longest.</summary>
    public int RedialCapMs { get; init; } = 5000;

    /// <summary>Without discovery: how long a node waits for its seeds before it begins a ring; default 2 s.</summary>
    public int JoinPatienceMs { get; init; } = 2000;

    /// <summary>How long a dead member is remembered and dialled; default 24 h.</summary>
    public long ForgetAfterMs { get; init; } = 24 * 3_600_000L;

    /// <summary>
    /// A member that died 3 times within 5 minutes takes part in the ring again only after so long; default 30 s.
    /// </summary>
    public int FlapPenaltyMs { get; init; } = 30_000;

    /// <summary>
    /// After a member's death, before its copies are made anew elsewhere; default 5 s: it may restart.
    /// </summary>
    public int RereplicateAfterMs { get; init; } = 5000;

    /// <summary>Least age of a tombstone that is purged; default 1 h.</summary>
    public long TombstoneGraceMs { get; init; } = 3_600_000;

    /// <summary>
    /// For so long after its start a node takes itself for an island that others, unknown to it, may hold older copies
    /// beside, and remembers what expires and deletions of what it has not; default 10 minutes.
    /// </summary>
    public long IslandMs { get; init; } = 600_000;

    /// <summary>Between two rounds of repair while all is well; default 10 minutes.</summary>
    public int RepairIntervalMs { get; init; } = 600_000;

    /// <summary>
    /// An operation that could not be carried out within this time is answered with an error; default 5 s, longer than
    /// it takes to see that a silent host is gone.
    /// </summary>
    public int OperationTimeoutMs { get; init; } = 5000;

    /// <summary>
    /// Without a turn of the cluster thread for so long, a node asks its peers before it serves; default 1 s.
    /// </summary>
    public int PauseGuardMs { get; init; } = 1000;

    /// <summary>
    /// How long ago a value may have been replaced that a first level still serves, at most; default 1 s.
    /// </summary>
    public int CoherenceBoundMs { get; init; } = 1000;

    /// <summary>
    /// Between two questions of a first level up to where it was told; default 250 ms: several in one bound.
    /// </summary>
    public int SyncIntervalMs { get; init; } = 250;

    /// <summary>
    /// Invalidated tags that are remembered; default 65,536. Beyond, the oldest go, and with them what is tagged and as
    /// old.
    /// </summary>
    public int MaxTags { get; init; } = 65_536;

    /// <summary>
    /// Whether entries of an earlier run are read back: until <see cref="Repairs.Restoration.End"/> all that is deleted
    /// or expires leaves a tombstone, so that none of it comes back. Default false.
    /// </summary>
    public bool IsRestoring { get; init; }

    /// <summary>Whether a write waits for its replicas; default true.</summary>
    public bool WaitsForReplicas { get; init; } = true;

    /// <summary>Bytes of one chunk of a transfer; default 64 KiB.</summary>
    public int ChunkBytes { get; init; } = 64 << 10;

    /// <summary>Chunks under way to one member; default 16.</summary>
    public int ChunkWindow { get; init; } = 16;

    /// <summary>Operations that may wait in one lane; default 100,000. More are refused at once.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>Mistakes to make; none outside the simulator.</summary>
    public PlantedBugs Bugs { get; init; }
}

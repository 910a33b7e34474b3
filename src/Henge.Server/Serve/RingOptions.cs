using Henge.Server.CommandLine;

namespace Henge.Server.Serve;

/// <summary>The options of a node's part in the ring, in the order of help and of docs/command-line.md.</summary>
internal static class RingOptions
{
    private const string Ring = "Ring";

    /// <summary>--peers</summary>
    public static readonly CommandOption Peers = new()
    {
        Name = "peers",
        Kind = OptionKind.List,
        ValueName = "HOST:PORT,…",
        Group = Ring,
        Help = "Nodes to begin with: one that is up is enough, the rest is learnt. The node itself may be listed.",
    };

    /// <summary>--advertise</summary>
    public static readonly CommandOption Advertise = new()
    {
        Name = "advertise",
        Kind = OptionKind.Text,
        ValueName = "HOST[:PORT]",
        DefaultWords = "the address it listens on",
        Group = Ring,
        Help = "Where the other nodes, and clients that follow the ring, reach this one.",
    };

    /// <summary>--copies</summary>
    public static readonly CommandOption Copies = new()
    {
        Name = "copies",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "2",
        Minimum = 1,
        Maximum = 5,
        Group = Ring,
        Help = "Nodes that hold each key: an owner and its replicas. The same on every node.",
    };

    /// <summary>--write-ack</summary>
    public static readonly CommandOption WriteAck = new()
    {
        Name = "write-ack",
        Kind = OptionKind.Choice,
        ValueName = "WHO",
        Default = "all",
        Choices = ["all", "owner"],
        Group = Ring,
        Help = "Who has a write before it is answered: all live copies, or the owner alone (a crash may lose it).",
    };

    /// <summary>--weight</summary>
    public static readonly CommandOption Weight = new()
    {
        Name = "weight",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "1",
        Maximum = 1000,
        Group = Ring,
        Help = "Share of the keys against other nodes; 0 holds none and only routes.",
    };

    /// <summary>--zone</summary>
    public static readonly CommandOption Zone = new()
    {
        Name = "zone",
        Kind = OptionKind.Text,
        ValueName = "ZONE",
        Group = Ring,
        Help = "Where it stands, such as a rack: copies of a key go to different zones where there are several.",
    };

    /// <summary>--cluster-name</summary>
    public static readonly CommandOption ClusterName = new()
    {
        Name = "cluster-name",
        Kind = OptionKind.Text,
        ValueName = "NAME",
        Default = "henge",
        Group = Ring,
        Help = "Nodes of different clusters refuse each other.",
    };

    /// <summary>--cluster-secret-file</summary>
    public static readonly CommandOption ClusterSecretFile = new()
    {
        Name = "cluster-secret-file",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Ring,
        Help = "File whose lines are secrets of the cluster: any is accepted, the first is used. Needed off loopback.",
    };

    /// <summary>HENGE_CLUSTER_SECRET</summary>
    public static readonly CommandOption ClusterSecret = new()
    {
        Name = "cluster-secret",
        Kind = OptionKind.Text,
        Group = Ring,
        IsSecret = true,
        Help = "The secret itself; in the environment alone. --cluster-secret-file goes before it.",
    };

    /// <summary>--leave-timeout</summary>
    public static readonly CommandOption LeaveTimeout = new()
    {
        Name = "leave-timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "20s",
        Minimum = 1,
        Group = Ring,
        Help = "Longest that SIGTERM waits until others hold what this node held; a second one ends at once.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
    [
        Peers, .. DiscoveryFlags.All, Advertise, Copies, WriteAck, Weight, Zone,
        ClusterName, ClusterSecretFile, ClusterSecret, LeaveTimeout,
    ];
}

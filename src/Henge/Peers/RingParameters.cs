using Henge.Cluster;

namespace Henge.Peers;

/// <summary>What a node's options say of its part in the ring.</summary>
internal static class RingParameters
{
    /// <summary>For a node and as many lanes.</summary>
    public static ClusterOptions Of(HengeNode node, int lanes) => new()
    {
        Seeds = [.. node.Options.Peers],
        HasDiscovery = node.Discovery.IsOn,
        Copies = node.Options.Copies,
        Lanes = lanes,
        WaitsForReplicas = node.Options.WriteAck == WriteAck.All,
        IsRestoring = node.Snapshots is { HasSnapshot: true },
        MaxTags = node.Options.MaxTags,
    };
}

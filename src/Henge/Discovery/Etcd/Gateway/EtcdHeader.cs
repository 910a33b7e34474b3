namespace Henge.Discovery.Etcd.Gateway;

/// <summary>What every answer of etcd begins with.</summary>
internal sealed class EtcdHeader
{
    /// <summary>Which etcd it is.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Counts its changes.</summary>
    public long Revision { get; init; }
}

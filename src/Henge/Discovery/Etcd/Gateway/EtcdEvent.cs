namespace Henge.Discovery.Etcd.Gateway;

/// <summary>A change that a watch tells of.</summary>
internal sealed class EtcdEvent
{
    /// <summary>DELETE, or nothing for a key that was put.</summary>
    public string? Type { get; init; }

    /// <summary>The key as it is now.</summary>
    public EtcdKeyValue? Kv { get; init; }
}

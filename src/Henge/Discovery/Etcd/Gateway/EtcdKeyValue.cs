namespace Henge.Discovery.Etcd.Gateway;

/// <summary>A key of etcd and its value.</summary>
internal sealed class EtcdKeyValue
{
    /// <summary>The key.</summary>
    public byte[]? Key { get; init; }

    /// <summary>The value; null where it is empty, or the key is gone.</summary>
    public byte[]? Value { get; init; }
}

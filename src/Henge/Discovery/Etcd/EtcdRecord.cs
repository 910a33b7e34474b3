using System.Text.Json;

using Henge.Cluster.Members;
using Henge.Discovery.Etcd.Gateway;
using Henge.Peers;

namespace Henge.Discovery.Etcd;

/// <summary>
/// What a node enters in etcd about itself, under prefix/cluster/id: enough to dial it, and to see what it is.
/// </summary>
internal sealed class EtcdRecord
{
    /// <summary>Longest record that is read, in bytes.</summary>
    public const int MaxBytes = 4096;

    private const int Layout = 1;

    /// <summary>Version of the layout; later ones only add.</summary>
    public int V { get; init; } = Layout;

    /// <summary>Name of the cluster.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Who it is, 40 hexadecimal digits.</summary>
    public string Id { get; init; } = "";

    /// <summary>Which life of it; the later one has the greater number.</summary>
    public ulong Boot { get; init; }

    /// <summary>Name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>host:port where it is reached.</summary>
    public string Address { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Share of the keys.</summary>
    public int Weight { get; init; }

    /// <summary>The record of a member.</summary>
    public static EtcdRecord Of(Member self, string cluster) => new()
    {
        Cluster = cluster,
        Id = self.Id.ToString(),
        Boot = self.Boot.Value,
        Name = self.Name,
        Address = self.Address,
        Zone = self.Zone,
        Weight = self.Weight,
    };

    /// <summary>As it is stored.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, EtcdJson.Default.EtcdRecord);

    /// <summary>Reads one; null when it is none of this cluster, or does not belong to the key's end.</summary>
    public static EtcdRecord? Read(ReadOnlySpan<byte> value, string cluster, string id)
    {
        if (value.Length > MaxBytes)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(value, EtcdJson.Default.EtcdRecord) is { V: >= Layout } record
                && record.Cluster == cluster && record.Id == id
                && record.Address is not null && OwnAddress.IsHostWithPort(record.Address, isPortNeeded: true)
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

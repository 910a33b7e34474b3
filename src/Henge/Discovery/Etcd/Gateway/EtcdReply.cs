using System.Text.Json;
using System.Text.Json.Serialization;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>
/// Any answer of etcd's JSON gateway (v3): each call fills its part. Numbers are texts there, and what is zero or empty
/// is left out.
/// </summary>
internal sealed class EtcdReply
{
    /// <summary>Which etcd, and how far it is.</summary>
    public EtcdHeader? Header { get; init; }

    /// <summary>Of a lease: which.</summary>
    [JsonPropertyName("ID")]
    public long Id { get; init; }

    /// <summary>Of a lease: seconds it lives; 0 when it is gone.</summary>
    [JsonPropertyName("TTL")]
    public long Ttl { get; init; }

    /// <summary>Of a range: the keys.</summary>
    public List<EtcdKeyValue>? Kvs { get; init; }

    /// <summary>Of a login: who shows it is in.</summary>
    public string? Token { get; init; }

    /// <summary>Of calls that stream: one answer of several.</summary>
    public EtcdReply? Result { get; init; }

    /// <summary>Of a watch: changes.</summary>
    public List<EtcdEvent>? Events { get; init; }

    /// <summary>Of a watch: whether it is over.</summary>
    public bool Canceled { get; init; }

    /// <summary>Of a watch that is over: the first revision that can be watched, where that is why.</summary>
    public long CompactRevision { get; init; }

    /// <summary>Of a watch that is over: why.</summary>
    public string? CancelReason { get; init; }

    /// <summary>What is wrong: a text, or for a stream an object.</summary>
    public JsonElement? Error { get; init; }

    /// <summary>What is wrong, in words.</summary>
    public string? Message { get; init; }

    /// <summary>What is wrong, by the numbers of gRPC.</summary>
    public int Code { get; init; }
}

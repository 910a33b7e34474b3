using System.Text.Json.Serialization;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>Any question to etcd's JSON gateway: what is null is not sent.</summary>
internal sealed class EtcdRequest
{
    /// <summary>The key, or the first of a range.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Key { get; init; }

    /// <summary>Behind the last of a range.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? RangeEnd { get; init; }

    /// <summary>Most keys that are wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Limit { get; init; }

    /// <summary>The value to put.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Value { get; init; }

    /// <summary>The lease to put it under.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lease { get; init; }

    /// <summary>A lease.</summary>
    [JsonPropertyName("ID")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Id { get; init; }

    /// <summary>Seconds that a lease is to live.</summary>
    [JsonPropertyName("TTL")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Ttl { get; init; }

    /// <summary>A user.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The user's password.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Password { get; init; }

    /// <summary>The watch to begin.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EtcdRequest? CreateRequest { get; init; }

    /// <summary>The first revision to be told of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? StartRevision { get; init; }

    /// <summary>Whether to be told now and then that there is nothing to tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ProgressNotify { get; init; }
}

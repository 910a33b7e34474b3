using System.Text.Json.Serialization;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>The JSON that goes to and comes from etcd, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = Numbers)]
[JsonSerializable(typeof(EtcdRequest))]
[JsonSerializable(typeof(EtcdReply))]
[JsonSerializable(typeof(EtcdRecord))]
internal sealed partial class EtcdJson : JsonSerializerContext
{
    private const JsonNumberHandling Numbers =
        JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString;
}

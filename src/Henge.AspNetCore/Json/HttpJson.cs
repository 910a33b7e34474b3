using System.Text.Json.Serialization;

using Henge.AspNetCore.Json.Figures;

namespace Henge.AspNetCore.Json;

/// <summary>
/// The JSON of the API, generated at build time. Names are lower case with underscores; a member that a call does not
/// know is an error (each body's type says so), as a misspelt ttl would otherwise store an entry for ever.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClassicSet))]
[JsonSerializable(typeof(StatsReply))]
[JsonSerializable(typeof(SizingReply))]
[JsonSerializable(typeof(HotKeysReply))]
[JsonSerializable(typeof(ClusterReply))]
[JsonSerializable(typeof(List<ClusterSlots>))]
[JsonSerializable(typeof(MultiKeys))]
[JsonSerializable(typeof(MultiSet))]
internal sealed partial class HttpJson : JsonSerializerContext;

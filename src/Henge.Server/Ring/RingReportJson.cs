using System.Text.Json.Serialization;

namespace Henge.Server.Ring;

/// <summary>Reads a <see cref="RingReport"/>; generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RingReport))]
internal sealed partial class RingReportJson : JsonSerializerContext;

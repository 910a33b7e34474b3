using System.Text.Json.Serialization;

namespace Henge.Server.Top;

/// <summary>Reads a <see cref="TopReport"/>; generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TopReport))]
internal sealed partial class TopReportJson : JsonSerializerContext;

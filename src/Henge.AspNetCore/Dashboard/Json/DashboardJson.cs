using System.Text.Json.Serialization;

namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>The JSON of the dashboard, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OverviewReply))]
[JsonSerializable(typeof(PlacementReply))]
[JsonSerializable(typeof(InspectReply))]
internal sealed partial class DashboardJson : JsonSerializerContext;

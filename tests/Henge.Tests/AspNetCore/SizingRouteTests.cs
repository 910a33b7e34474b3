using System.Text.Json;

using Henge.AspNetCore.Routes;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class SizingRouteTests
{
    [Fact]
    public async Task Sizing_says_what_the_document_describes()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        JsonElement empty = (await node.GetAsync("/v1/sizing")).Json;
        Assert.Equal(JsonValueKind.Null, empty.GetProperty("hit_ratio").ValueKind);
        using JsonDocument document = JsonDocument.Parse(NodeRoutes.OpenApi.ToArray());
        JsonElement described = document.RootElement.GetProperty("components").GetProperty("schemas")
            .GetProperty("Sizing").GetProperty("properties");
        Assert.Equal(Names(described), Names(empty));
        Assert.Equal(
            Names(described.GetProperty("sizes").GetProperty("items").GetProperty("properties")),
            Names(empty.GetProperty("sizes")[0]));

        await node.GetAsync("/v1/cache/none");
        JsonElement read = (await node.GetAsync("/v1/sizing")).Json;
        Assert.Equal(0, read.GetProperty("hit_ratio").GetDouble());
        Assert.Equal(1, read.GetProperty("reads").GetInt64());
        Assert.Equal("lru", read.GetProperty("model").GetString());
        Assert.Equal(
            [0.5, 1, 2, 4],
            read.GetProperty("sizes").EnumerateArray().Select(static size => size.GetProperty("factor").GetDouble()));
        Assert.Equal(405, (await node.PostAsync("/v1/sizing")).Status);
    }

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(static property => property.Name).Order();
}

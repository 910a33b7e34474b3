using System.Text.Json;

using Henge.AspNetCore.Routes;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class HotKeysRouteTests
{
    [Fact]
    public async Task Hot_and_big_keys_are_what_the_document_describes()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/big?ttl=1h", new string('x', 5000));
        await node.PutAsync("/v1/cache/AP8?enc=b64", "v");
        for (int i = 0; i < 300; i++)
        {
            await node.GetAsync("/v1/cache/big");
        }
        JsonElement keys = (await node.GetAsync("/v1/hotkeys?count=5")).Json;
        using JsonDocument document = JsonDocument.Parse(NodeRoutes.OpenApi.ToArray());
        JsonElement schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal(Names(schemas.GetProperty("HotKeys").GetProperty("properties")), Names(keys));
        JsonElement big = keys.GetProperty("big");
        Assert.Equal(Names(schemas.GetProperty("HotKey").GetProperty("properties")), Names(big[0]));

        Assert.Equal(("big", "utf8"), (Text(big[0], "key"), Text(big[0], "encoding")));
        Assert.InRange(big[0].GetProperty("ttl_ms").GetInt64(), 3_000_000, 3_600_000);
        Assert.Equal(("AP8", "b64"), (Text(big[1], "key"), Text(big[1], "encoding")));
        Assert.Equal("big", Text(keys.GetProperty("reads")[0], "key"));
        Assert.Equal(1, keys.GetProperty("nodes_answered").GetInt32());
        Assert.Equal("big", Text((await node.GetAsync("/v1/hotkeys?local=true")).Json.GetProperty("big")[0], "key"));
    }

    [Theory]
    [InlineData("count=0")]
    [InlineData("count=101")]
    [InlineData("count=x")]
    [InlineData("local=no")]
    [InlineData("limit=5")]
    public async Task What_the_query_does_not_know_is_refused(string query)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(400, (await node.GetAsync("/v1/hotkeys?" + query)).Status);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(static property => property.Name).Order();
}

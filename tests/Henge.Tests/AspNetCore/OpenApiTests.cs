using System.Text.Json;

using Henge.AspNetCore.Routes;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class OpenApiTests
{
    [Fact]
    public void The_document_has_the_paths_that_are_served_and_no_others()
    {
        using JsonDocument document = Read();
        Assert.Equal(
            HttpRoute.All.Select(r => r.Template).Order(),
            document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public void The_document_has_the_methods_that_each_path_allows()
    {
        using JsonDocument document = Read();
        foreach (HttpRoute route in HttpRoute.All)
        {
            JsonElement path = document.RootElement.GetProperty("paths").GetProperty(route.Template);
            string[] described = [.. path.EnumerateObject().Select(m => m.Name).Where(m => m != "parameters")];
            // OPTIONS holds everywhere and HEAD wherever GET does; the description says so once.
            string[] allowed = [.. route.Allow.Split(", ").Select(m => m.ToLowerInvariant())];
            Assert.Subset(allowed.ToHashSet(), described.ToHashSet());
            Assert.Subset(described.Append("options").Append("head").ToHashSet(), allowed.ToHashSet());
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        using JsonDocument document = Read();
        int seen = 0;
        foreach (string reference in References(document.RootElement))
        {
            JsonElement target = document.RootElement;
            foreach (string part in reference.Split('/').Skip(1))
            {
                Assert.True(target.TryGetProperty(part, out target), reference);
            }
            seen++;
        }
        Assert.True(seen > 100);
    }

    [Fact]
    public void Every_body_and_answer_has_an_example()
    {
        using JsonDocument document = Read();
        foreach (JsonProperty path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonElement media in Named(path.Value, "application/json"))
            {
                Assert.True(media.TryGetProperty("example", out _) || path.Name == "/openapi/v1.json", path.Name);
            }
        }
    }

    [Fact]
    public async Task The_node_serves_it_and_what_it_serves_besides()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply document = await node.GetAsync("/openapi/v1.json");
        Assert.Equal("3.1.0", document.Json.GetProperty("openapi").GetString());
        JsonElement described = document.Json.GetProperty("components").GetProperty("schemas").GetProperty("Stats");
        Assert.Equal(
            described.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(),
            (await node.GetAsync("/v1/stats")).Json.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("""{"status":"ok"}""", (await node.GetAsync("/healthz")).Text);
        Assert.Equal("""{"status":"ready"}""", (await node.GetAsync("/readyz")).Text);
        Assert.Equal("text/html; charset=utf-8", (await node.GetAsync("/")).Header("Content-Type"));
        Assert.Equal("no-such-path", (await node.GetAsync("/metricz")).Code);
    }

    private static JsonDocument Read() => JsonDocument.Parse(NodeRoutes.OpenApi.ToArray());

    private static IEnumerable<string> References(JsonElement element) =>
        Named(element, "$ref").Select(e => e.GetString()!);

    private static IEnumerable<JsonElement> Named(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().SelectMany(e => Named(e, name));
        }
        return element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().SelectMany(p => p.Name == name ? [p.Value] : Named(p.Value, name))
            : [];
    }
}

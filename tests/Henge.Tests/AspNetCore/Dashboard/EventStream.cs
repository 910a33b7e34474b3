using System.Text.Json;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary>Somebody who listens to <c>/v1/events</c>.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body);
    }

    public HttpResponseMessage Response => _response;

    public static async Task<EventStream> OpenAsync(HttpNode node, string? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Client.BaseAddress!, "/v1/events"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        HttpResponseMessage response =
            await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new EventStream(response, await response.Content.ReadAsStreamAsync(cancellation));
    }

    /// <summary>The next event; null at the end.</summary>
    public async Task<(string Name, JsonElement Data)?> NextAsync()
    {
        string? name = await LineAsync();
        if (name is null)
        {
            return null;
        }
        string? data = await LineAsync();
        Assert.Equal("", await LineAsync());
        Assert.StartsWith("event: ", name);
        Assert.StartsWith("data: ", data);
        return (name["event: ".Length..], JsonDocument.Parse(data!["data: ".Length..]).RootElement);
    }

    /// <summary>The next overview that is as it should be.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> condition)
    {
        while (await NextAsync() is { } next)
        {
            if (next.Name == "overview" && condition(next.Data))
            {
                return next.Data;
            }
        }
        throw new InvalidOperationException("The stream has ended.");
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> LineAsync() => await _reader.ReadLineAsync(TestContext.Current.CancellationToken);
}

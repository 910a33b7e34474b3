using System.Text.Json;

namespace Shop;

/// <summary>The instances of this sample, and what each of them says of itself.</summary>
public sealed class Instances(IHttpClientFactory clients, Places places)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Asks all for their hits per level and for the ring as they see it.</summary>
    public Task<object[]> AskAllAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Places.All.Select(instance => AskAsync(instance, cancellationToken)));

    private async Task<object> AskAsync(int instance, CancellationToken cancellationToken)
    {
        string address = places.WebOf(instance);
        using HttpClient client = clients.CreateClient();
        client.BaseAddress = new Uri(address);
        client.Timeout = s_patience;
        try
        {
            Task<JsonElement> levels = client.GetFromJsonAsync<JsonElement>("/api/levels", cancellationToken);
            Task<JsonElement> ring = client.GetFromJsonAsync<JsonElement>("/ring/v1/cluster", cancellationToken);
            await Task.WhenAll(levels, ring);
            return new { instance, address, isUp = true, levels = await levels, ring = await ring };
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            return new { instance, address, isUp = false };
        }
    }
}

using System.Text.Json;

namespace Shop;

/// <summary>The instances of this sample, and what each of them says of itself.</summary>
public sealed class Instances(IHttpClientFactory clients)
{
    private const int Count = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Where an instance serves.</summary>
    public static string AddressOf(int instance) => $"http://127.0.0.1:{5000 + instance}";

    /// <summary>Asks all for their hits per level and for the ring as they see it.</summary>
    public Task<object[]> AskAllAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(1, Count).Select(instance => AskAsync(instance, cancellationToken)));

    private async Task<object> AskAsync(int instance, CancellationToken cancellationToken)
    {
        using HttpClient client = clients.CreateClient();
        client.BaseAddress = new Uri(AddressOf(instance));
        client.Timeout = s_patience;
        try
        {
            JsonElement levels = await client.GetFromJsonAsync<JsonElement>("/api/levels", cancellationToken);
            JsonElement ring = await client.GetFromJsonAsync<JsonElement>("/ring/v1/cluster", cancellationToken);
            return new { instance, isUp = true, levels = levels.GetProperty("levels"), ring };
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            return new { instance, isUp = false };
        }
    }
}

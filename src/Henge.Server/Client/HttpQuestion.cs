using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Henge.Server.Client;

/// <summary>Asks a node what its HTTP API answers in JSON.</summary>
internal static class HttpQuestion
{
    /// <summary>The node's answer as it came, which is JSON.</summary>
    /// <param name="target">The node.</param>
    /// <param name="path">What is asked for, from the first slash on.</param>
    /// <exception cref="RequestFailedException">It cannot be reached, or refuses.</exception>
    public static byte[] Ask(NodeTarget target, string path)
    {
        using SocketsHttpHandler handler = new();
        if (target.Tls is { } tls)
        {
            handler.SslOptions = tls.For(target.Address.Host);
        }
        using HttpClient http = new(handler) { Timeout = target.Timeout };
        string scheme = target.Tls is null ? "http" : "https";
        using HttpRequestMessage request = new(HttpMethod.Get, $"{scheme}://{target.Address}{path}");
        if (target is { User: { } user, Password: { } shown })
        {
            string pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{shown}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }
        else if (target.Password is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", target.Password);
        }
        try
        {
            using HttpResponseMessage response = http.Send(request);
            if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
            {
                throw new RequestFailedException(
                    $"{target} wants a password (give --password-file FILE or HENGE_PASSWORD)");
            }
            if (!response.IsSuccessStatusCode)
            {
                throw new RequestFailedException(
                    $"{target} answered {(int)response.StatusCode}: {Detail(response) ?? "is it a Henge node?"}");
            }
            using MemoryStream body = new();
            response.Content.ReadAsStream().CopyTo(body);
            return body.ToArray();
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
        {
            string reason = error.InnerException?.Message ?? error.Message;
            throw new RequestFailedException($"cannot reach {target}: {reason}");
        }
    }

    /// <summary>The answer, read.</summary>
    /// <exception cref="RequestFailedException">It is not what a node answers.</exception>
    public static T Parse<T>(NodeTarget target, byte[] answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new RequestFailedException($"{target} answered something else: is it a Henge node?");
        }
    }

    /// <summary>What a node says is wrong (RFC 9457); null where it is something else that answers.</summary>
    private static string? Detail(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }
        try
        {
            using JsonDocument problem = JsonDocument.Parse(response.Content.ReadAsStream());
            return problem.RootElement.GetProperty("detail").GetString();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}

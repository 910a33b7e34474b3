using System.Net.Http.Headers;
using System.Text.Json;

using Henge.Server.Client;

namespace Henge.Server.Ring;

/// <summary>Asks a node about the ring.</summary>
internal static class RingQuestion
{
    /// <summary>The node's answer as it came, which is JSON.</summary>
    /// <exception cref="RequestFailedException">It cannot be reached, or refuses.</exception>
    public static byte[] Ask(NodeTarget target)
    {
        using SocketsHttpHandler handler = new();
        if (target.Tls is { } tls)
        {
            handler.SslOptions = tls.For(target.Address.Host);
        }
        using HttpClient http = new(handler) { Timeout = target.Timeout };
        string scheme = target.Tls is null ? "http" : "https";
        using HttpRequestMessage request = new(HttpMethod.Get, $"{scheme}://{target.Address}/v1/cluster");
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
                throw new RequestFailedException($"{target} answered {(int)response.StatusCode}: is it a Henge node?");
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
    public static RingReport Parse(NodeTarget target, byte[] answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, RingReportJson.Default.RingReport)
                ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new RequestFailedException($"{target} answered something else: is it a Henge node?");
        }
    }
}

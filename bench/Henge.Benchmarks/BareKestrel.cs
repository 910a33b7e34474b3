using System.Globalization;
using System.IO.Pipelines;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Henge.Benchmarks;

/// <summary>
/// What HTTP costs here without a cache: Kestrel as an application has it, one endpoint, 100 canned bytes, no logging.
/// <c>bare-kestrel PORT</c> serves <c>/v1/cache/{key}</c>, so the same wrk command measures it and a node.
/// </summary>
internal static class BareKestrel
{
    private static readonly byte[] Payload = [.. Enumerable.Repeat((byte)'x', 100)];

    /// <summary>Serves until it is killed.</summary>
    public static void Run(string[] arguments)
    {
        string text = arguments.Length == 1 ? arguments[0] : "";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            Console.Error.WriteLine("bare-kestrel PORT");
            Environment.ExitCode = 2;
            return;
        }
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        WebApplication application = builder.Build();
        application.MapGet("/v1/cache/{key}", (RequestDelegate)Answer);
        Console.WriteLine($"bare Kestrel on 127.0.0.1:{port}");
        application.Run();
    }

    private static Task Answer(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = Payload.Length;
        PipeWriter body = response.BodyWriter;
        Payload.CopyTo(body.GetSpan(Payload.Length));
        body.Advance(Payload.Length);
        return Task.CompletedTask;
    }
}

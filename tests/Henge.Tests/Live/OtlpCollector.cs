using System.Collections.Concurrent;
using System.Net;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Henge.Tests.Live;

/// <summary>
/// What an OTLP collector does at least: takes POSTs of protobuf and finds names in them. Of the messages only the
/// fields that lead to the names of metrics, spans and resources are read (opentelemetry-proto, v1).
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentDictionary<string, int> _names = new();
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpCollector(WebApplication web) => _web = web;

    /// <summary>Where it listens.</summary>
    public string Address => _web.Urls.First();

    /// <summary>Names that have arrived: "metric …", "span …", "resource key=value".</summary>
    public ICollection<string> Names => _names.Keys;

    public static async Task<OtlpCollector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static o => o.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        WebApplication web = builder.Build();
        var collector = new OtlpCollector(web);
        web.Run(collector.TakeAsync);
        await web.StartAsync();
        return collector;
    }

    /// <summary>Waits until a name has arrived.</summary>
    public async Task WaitForAsync(Func<ICollection<string>, bool> arrived, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task more = _more.Task;
            if (arrived(Names))
            {
                return;
            }
            await more.WaitAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        bool isTraces = context.Request.Path == "/v1/traces";
        if (context.Request.ContentType == "application/x-protobuf"
            && (isTraces || context.Request.Path == "/v1/metrics"))
        {
            Read(body.ToArray(), isTraces);
            context.Response.ContentType = "application/x-protobuf";
        }
        else
        {
            context.Response.StatusCode = 404;
        }
        TaskCompletionSource before = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.TrySetResult();
    }

    private void Read(byte[] request, bool isTraces)
    {
        foreach (ReadOnlyMemory<byte> ofResource in Fields(request, 1))
        {
            foreach (ReadOnlyMemory<byte> pair in Fields(ofResource, 1).SelectMany(resource => Fields(resource, 1)))
            {
                _names[$"resource {Text(pair, 1)}={Fields(pair, 2).Select(value => Text(value, 1)).First()}"] = 1;
            }
            foreach (ReadOnlyMemory<byte> one in Fields(ofResource, 2).SelectMany(scope => Fields(scope, 2)))
            {
                _names[isTraces ? "span " + Text(one, 5) : "metric " + Text(one, 1)] = 1;
            }
        }
    }

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault().Span);

    /// <summary>The values of a field that have a length.</summary>
    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int field)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Number(message.Span, ref at);
            switch (tag & 7)
            {
                case 0:
                    Number(message.Span, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    int length = (int)Number(message.Span, ref at);
                    if ((int)(tag >> 3) == field)
                    {
                        found.Add(message.Slice(at, length));
                    }
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
        return found;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong number = 0;
        int shift = 0;
        byte next;
        do
        {
            next = bytes[at++];
            number |= (ulong)(next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return number;
    }
}

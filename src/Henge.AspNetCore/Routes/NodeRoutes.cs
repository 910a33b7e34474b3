using System.Reflection;
using System.Text;

using Henge.AspNetCore.Hosting;
using Henge.AspNetCore.Json;
using Henge.AspNetCore.Json.Figures;
using Henge.AspNetCore.Replies;
using Henge.Diagnostics.Figures;
using Henge.Diagnostics.Metrics;
using Henge.Storage;
using Henge.Storage.Sizing;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>What the node says about itself.</summary>
internal sealed class NodeRoutes
{
    private static readonly byte[] OpenApiDocument = ReadDocument();

    private readonly HengeNode _node;
    private readonly HttpConnectionCharge? _connections;

    internal NodeRoutes(HengeNode node, HttpConnectionCharge? connections)
    {
        _node = node;
        _connections = connections;
    }

    /// <summary>The OpenAPI document, as it is in the repository.</summary>
    internal static ReadOnlySpan<byte> OpenApi => OpenApiDocument;

    /// <summary>Counters and sizes.</summary>
    public Task StatsAsync(HttpContext context)
    {
        StoreStatistics store = _node.Store.GetStatistics();
        var stats = new StatsReply
        {
            Name = _node.Options.Name,
            NodeId = _node.NodeIdText,
            Version = typeof(HengeNode).Assembly.GetName().Version?.ToString(3) ?? "",
            UptimeSeconds = (long)(_node.TimeProvider.GetUtcNow() - _node.StartedAt).TotalSeconds,
            Ready = _node.Ready,
            Entries = store.Entries,
            EntriesWithExpiry = store.EntriesWithExpiry,
            UsedBytes = store.UsedBytes,
            LimitBytes = store.LimitBytes,
            IndexBytes = store.IndexBytes,
            DataBytes = store.DataBytes,
            BufferBytes = store.ChargedBytes,
            Hits = store.Hits,
            Misses = store.Misses,
            Evicted = store.Evicted,
            Expired = store.Expired,
            RespClients = _node.Clients.Count,
            HttpConnections = _connections?.Connections ?? 0,
        };
        return JsonReply.WriteAsync(context, stats, HttpJson.Default.StatsReply);
    }

    /// <summary>What other sizes of memory would do.</summary>
    public Task SizingAsync(HttpContext context)
    {
        if (!_node.Store.Sizing.IsOn)
        {
            return Problems.MetricsOff.WriteAsync(context);
        }
        SizingEstimate estimate = _node.Store.Sizing.Estimate(_node.NowMs);
        long memory = _node.Store.MemoryBytes;
        var sizes = new List<SizingRow>();
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            sizes.Add(new SizingRow
            {
                Factor = SizeFactors.All[size],
                MemoryBytes = (long)(memory * SizeFactors.All[size]),
                HitRatio = Known(estimate.HitRatios[size]),
            });
        }
        var reply = new SizingReply
        {
            Node = _node.Options.Name,
            MemoryBytes = memory,
            Policy = _node.Options.Eviction.ToString().ToLowerInvariant(),
            Model = _node.Store.Sizing.Model.ToString().ToLowerInvariant(),
            WindowSeconds = estimate.WindowMs / 1000.0,
            Reads = estimate.Reads,
            SampledReads = estimate.SampledReads,
            HitRatio = Known(estimate.HitRatio),
            Sizes = sizes,
        };
        return JsonReply.WriteAsync(context, reply, HttpJson.Default.SizingReply);
    }

    /// <summary>Everything that is counted, as Prometheus reads it.</summary>
    public async Task MetricsAsync(HttpContext context)
    {
        if (!_node.Options.Metrics)
        {
            await Problems.MetricsOff.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        bool isOpen = context.Request.Headers.Accept.ToString()
            .Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
        NodeFigures figures = await NodeFigures.TakeAsync(_node, context.RequestAborted).ConfigureAwait(false);
        byte[] text = Encoding.UTF8.GetBytes(PrometheusText.Write(figures, isOpen));
        await JsonReply.WriteAsync(context, text).ConfigureAwait(false);
        context.Response.ContentType = isOpen ? PrometheusText.OpenMetricsType : PrometheusText.PlainType;
    }

    /// <summary>Whether the process answers: always yes.</summary>
    public static Task HealthAsync(HttpContext context) => JsonReply.WriteAsync(context, "{\"status\":\"ok\"}"u8);

    /// <summary>Whether the node serves: 503 while it starts or stops.</summary>
    public Task ReadyAsync(HttpContext context) => _node.Ready
        ? JsonReply.WriteAsync(context, "{\"status\":\"ready\"}"u8)
        : Problems.NotReady.WriteAsync(context);

    /// <summary>The OpenAPI document.</summary>
    public static Task OpenApiAsync(HttpContext context) => JsonReply.WriteAsync(context, OpenApiDocument);

    private static double? Known(double ratio) => double.IsNaN(ratio) ? null : Math.Round(ratio, 4);

    private static byte[] ReadDocument()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        byte[] document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}

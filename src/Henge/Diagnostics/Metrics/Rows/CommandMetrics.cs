using Henge.Diagnostics.Figures;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>Commands of Redis clients, and requests over HTTP.</summary>
internal static class CommandMetrics
{
    private const double Nanoseconds = 1e-9;

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.commands", MetricKind.Counter, "{command}", "Commands carried out here.", "group")
        {
            Read = static (figures, sink) => PerGroup(figures, sink, static calls => calls.Calls),
        },
        new("henge.commands.failed", MetricKind.Counter, "{command}",
            "Commands that were carried out and answered an error.", "group")
        {
            Read = static (figures, sink) => PerGroup(figures, sink, static calls => calls.Failed),
        },
        new("henge.commands.rejected", MetricKind.Counter, "{command}",
            "Commands refused before they ran: number of words, permission, memory.", "group")
        {
            Read = static (figures, sink) => PerGroup(figures, sink, static calls => calls.Rejected),
        },
        new("henge.command.duration", MetricKind.Histogram, "s",
            "Time that commands take to be carried out; neighbours in a pipeline share theirs.", "group")
        {
            Read = static (figures, sink) =>
            {
                for (int group = 0; group < CommandGroups.Names.Length; group++)
                {
                    sink.Add(figures.Commands(group), Nanoseconds, new MetricTag("group", CommandGroups.Names[group]));
                }
            },
        },
        new("henge.errors", MetricKind.Counter, "{reply}", "Error replies to Redis clients.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Errors.Total),
        },
        new("henge.slow.commands", MetricKind.Level, "{command}", "Commands that SLOWLOG remembers.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.SlowLog.Count),
        },
        new("henge.http.requests", MetricKind.Counter, "{request}", "Requests over HTTP.", "method,status")
        {
            Read = Requests,
        },
        new("henge.http.request.duration", MetricKind.Histogram, "s", "Time that HTTP requests take on the node.")
        {
            Read = static (figures, sink) =>
            {
                var durations = new HistogramSum();
                durations.Add(figures.Node.Http.Durations);
                sink.Add(durations, Nanoseconds);
            },
        },
    ];

    private static void PerGroup(
        NodeFigures figures, IMetricSink sink, Func<(long Calls, long Failed, long Rejected), long> pick)
    {
        for (int group = 0; group < CommandGroups.Names.Length; group++)
        {
            sink.Add(pick(figures.Calls(group)), new MetricTag("group", CommandGroups.Names[group]));
        }
    }

    private static void Requests(NodeFigures figures, IMetricSink sink)
    {
        for (int method = 0; method < HttpFigures.Methods.Length; method++)
        {
            for (int status = 1; status < HttpFigures.Statuses.Length; status++)
            {
                sink.Add(
                    figures.Node.Http.Requests(method, status),
                    new("method", HttpFigures.Methods[method]), new("status", HttpFigures.Statuses[status]));
            }
        }
    }
}

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>The process, its runtime, and which build it is.</summary>
internal static class ProcessMetrics
{
    private static readonly string s_version =
        typeof(HengeNode).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.build.info", MetricKind.Gauge, "", "1; which version runs, under which name.", "version,name")
        {
            Read = static (figures, sink) => sink.Add(
                1, new("version", s_version), new("name", figures.Node.Options.Name)),
        },
        new("henge.uptime", MetricKind.Gauge, "s", "Time since the node was made.")
        {
            Read = static (figures, sink) =>
                sink.Add((figures.Node.TimeProvider.GetUtcNow() - figures.Node.StartedAt).TotalSeconds),
        },
        new("henge.process.cpu.time", MetricKind.Counter, "s", "Processor time of the process.", "mode")
        {
            Read = static (_, sink) =>
            {
                Environment.ProcessCpuUsage usage = Environment.CpuUsage;
                sink.Add(usage.UserTime.TotalSeconds, new MetricTag("mode", "user"));
                sink.Add(usage.PrivilegedTime.TotalSeconds, new MetricTag("mode", "system"));
            },
        },
        new("henge.process.memory.resident", MetricKind.Level, "By", "Resident memory of the process.")
        {
            Read = static (_, sink) => sink.Add(Environment.WorkingSet),
        },
        new("henge.gc.heap", MetricKind.Level, "By", "Managed heap; entries are not there.")
        {
            Read = static (_, sink) => sink.Add(GC.GetTotalMemory(forceFullCollection: false)),
        },
        new("henge.gc.allocated", MetricKind.Counter, "By", "Bytes allocated on the managed heap.")
        {
            Read = static (_, sink) => sink.Add(GC.GetTotalAllocatedBytes()),
        },
        new("henge.gc.pause.time", MetricKind.Counter, "s", "Time that garbage collections stopped all threads.")
        {
            Read = static (_, sink) => sink.Add(GC.GetTotalPauseDuration().TotalSeconds),
        },
        new("henge.gc.collections", MetricKind.Counter, "{collection}", "Garbage collections.", "generation")
        {
            Read = static (_, sink) =>
            {
                for (int generation = 0; generation <= GC.MaxGeneration; generation++)
                {
                    sink.Add(
                        GC.CollectionCount(generation), new MetricTag("generation", NumberTag.Of(generation)));
                }
            },
        },
    ];
}

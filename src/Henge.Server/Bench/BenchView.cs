using System.Globalization;
using System.Text.Json;

using Henge.Values;

namespace Henge.Server.Bench;

/// <summary>Shows a <see cref="BenchResult"/>: a panel on a terminal, lines in a pipe, or JSON.</summary>
internal static class BenchView
{
    private static readonly (string Name, double Percent)[] _percentiles =
        [("p50", 50), ("p95", 95), ("p99", 99), ("p99.9", 99.9)];

    /// <summary>The rows both text forms share.</summary>
    public static IReadOnlyList<(string Label, string Words)> Rows(BenchResult result)
    {
        LatencyHistogram latency = result.Totals.Latency;
        BenchTotals totals = result.Totals;
        List<(string Label, string Words)> rows =
        [
            ("server", result.Server),
            ("load", Load(result.Plan)),
            ("throughput", string.Create(CultureInfo.InvariantCulture, $"{result.Throughput:N0} ops/s")),
            ("commands", string.Create(
                CultureInfo.InvariantCulture,
                $"{latency.Count:N0} in {result.Elapsed.TotalSeconds:0.0} s{Ending(result)}")),
        ];
        if (totals.Gets > 0)
        {
            double percent = 100.0 * (totals.Gets - totals.Misses) / totals.Gets;
            rows.Add(("hit ratio", string.Create(
                CultureInfo.InvariantCulture, $"{percent:0.##} % of {totals.Gets:N0} GETs")));
        }
        rows.Add(("errors", totals.Errors == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{totals.Errors:N0}, such as: {totals.FirstError}")));
        rows.Add(("latency", $"min {Ms(latency.Min)}  mean {Ms(latency.Mean)}  max {Ms(latency.Max)} ms"));
        IEnumerable<string> shares = _percentiles.Select(p => $"{p.Name} {Ms(latency.Percentile(p.Percent))}");
        rows.Add(("", string.Join("  ", shares) + " ms"));
        if (result.Failure is not null)
        {
            rows.Add(("ended early", result.Failure));
        }
        return rows;
    }

    /// <summary>Lines for pipes.</summary>
    public static void WritePlain(BenchResult result, TextWriter to)
    {
        foreach ((string label, string words) in Rows(result))
        {
            to.WriteLine(label.Length > 0 ? $"{label}: {words}" : $"percentiles: {words}");
        }
    }

    /// <summary>One JSON object; times in milliseconds.</summary>
    public static void WriteJson(BenchResult result, TextWriter to)
    {
        LatencyHistogram latency = result.Totals.Latency;
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("server", result.Server);
            json.WriteNumber("clients", result.Plan.Clients);
            json.WriteNumber("pipeline", result.Plan.Pipeline);
            json.WriteNumber("threads", result.Plan.Threads);
            json.WriteNumber("rate", result.Plan.Rate);
            json.WriteNumber("keys", result.Plan.Keys);
            json.WriteNumber("valueBytes", result.Plan.ValueBytes);
            json.WriteString("ratio", $"{result.Plan.Gets}:{result.Plan.Sets}");
            json.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
            json.WriteNumber("commands", latency.Count);
            json.WriteNumber("operationsPerSecond", Math.Round(result.Throughput, 1));
            json.WriteNumber("gets", result.Totals.Gets);
            json.WriteNumber("misses", result.Totals.Misses);
            json.WriteNumber("errors", result.Totals.Errors);
            json.WriteBoolean("interrupted", result.Interrupted);
            json.WriteString("failure", result.Failure ?? "");
            json.WriteStartObject("latencyMs");
            json.WriteNumber("min", latency.Min / 1e6);
            json.WriteNumber("mean", Math.Round(latency.Mean / 1e6, 6));
            foreach ((string name, double percent) in _percentiles)
            {
                json.WriteNumber(name, latency.Percentile(percent) / 1e6);
            }
            json.WriteNumber("max", latency.Max / 1e6);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        to.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private static string Load(BenchPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Plural(plan.Clients, "client")} on {Plural(plan.Threads, "thread")}, pipeline {plan.Pipeline}, "
        + $"{Plural(plan.Keys, "key")} of {ByteSize.Format(plan.ValueBytes)}, GET:SET {plan.Gets}:{plan.Sets}")
        + (plan.Rate > 0 ? string.Create(CultureInfo.InvariantCulture, $", {plan.Rate:N0}/s") : "");

    private static string Plural(long count, string word) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {word}{(count == 1 ? "" : "s")}");

    private static string Ending(BenchResult result) => result.Interrupted ? ", interrupted" : "";

    private static string Ms(double nanoseconds) => (nanoseconds / 1e6).ToString("0.000", CultureInfo.InvariantCulture);
}

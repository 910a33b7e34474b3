using System.Globalization;
using System.Text.Json;

using Henge.Cluster;
using Henge.Server.Display;
using Henge.Values;

namespace Henge.Server.Status;

/// <summary>
/// Shows a <see cref="StatusReport"/>: a panel on a terminal, <c>name: value</c> lines in a pipe, or JSON.
/// </summary>
internal static class StatusView
{
    private const int BarCells = 24;

    /// <summary>The rows both text forms share: a label and its words, without markup.</summary>
    public static IReadOnlyList<(string Label, string Words)> Rows(StatusReport report, StatusRates? rates = null) =>
    [
        .. rates is null ? Common(report) : Live(report, rates),
        .. report.Sizing.Count > 0 ? (IReadOnlyList<(string, string)>)[("what if", Sizing(report))] : [],
        .. report.Members > 0 ? (IReadOnlyList<(string, string)>)[("ring", Ring(report))] : [],
        .. report.Discovery.Select(static source => ("discovery", Discovery(source))),
    ];

    /// <summary>Lines for pipes.</summary>
    public static void WritePlain(StatusReport report, string address, TextWriter to, StatusRates? rates = null)
    {
        to.WriteLine($"node: {Title(report, address)}");
        foreach ((string label, string words) in Rows(report, rates))
        {
            to.WriteLine($"{label}: {words}");
        }
    }

    /// <summary>A panel for people.</summary>
    public static void WritePanel(
        StatusReport report, string address, Terminal terminal, StatusRates? rates = null)
    {
        List<(string Label, string Words)> rows = [];
        foreach ((string label, string words) in Rows(report, rates))
        {
            bool bar = label == "memory" && report.LimitBytes > 0;
            rows.Add((label, bar ? Bar((double)report.UsedBytes / report.LimitBytes) + " " + words : words));
        }
        Panel.Write(terminal, Title(report, address), rows);
    }

    /// <summary>One JSON object, numbers as numbers, for scripts.</summary>
    public static void WriteJson(StatusReport report, string address, TextWriter to)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("node", address);
            json.WriteString("name", report.Name);
            json.WriteString("product", report.Product);
            json.WriteString("version", report.Version);
            json.WriteNumber("uptimeSeconds", (long)report.Uptime.TotalSeconds);
            json.WriteNumber("usedBytes", report.UsedBytes);
            json.WriteNumber("limitBytes", report.LimitBytes);
            json.WriteNumber("residentBytes", report.ResidentBytes);
            json.WriteString("eviction", report.Eviction);
            json.WriteNumber("keys", report.Keys);
            json.WriteNumber("keysWithExpiry", report.KeysWithExpiry);
            json.WriteNumber("hits", report.Hits);
            json.WriteNumber("misses", report.Misses);
            json.WriteNumber("evicted", report.Evicted);
            json.WriteNumber("expired", report.Expired);
            json.WriteNumber("operationsPerSecond", report.OperationsPerSecond);
            json.WriteNumber("operations", report.Operations);
            json.WriteNumber("clients", report.Clients);
            json.WriteNumber("maxClients", report.MaxClients);
            json.WriteNumber("members", report.Members);
            json.WriteNumber("membersAlive", report.MembersAlive);
            json.WriteNumber("ownedSlots", report.OwnedSlots);
            json.WriteNumber("loadingSlots", report.LoadingSlots);
            json.WriteNumber("missesDueToTopology", report.TopologyMisses);
            WriteDiscovery(json, report.Discovery);
            json.WriteEndObject();
        }
        to.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private static void WriteDiscovery(Utf8JsonWriter json, IReadOnlyList<StatusSource> sources)
    {
        json.WriteStartArray("discovery");
        foreach (StatusSource source in sources)
        {
            json.WriteStartObject();
            json.WriteString("source", source.Source);
            json.WriteBoolean("up", source.Up);
            json.WriteNumber("addresses", source.Addresses);
            if (source.SinceAnswer is { } since)
            {
                json.WriteNumber("secondsSinceAnswer", (long)since.TotalSeconds);
            }
            else
            {
                json.WriteNull("secondsSinceAnswer");
            }
            json.WriteString("problem", source.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static (string Label, string Words)[] Common(StatusReport report) =>
    [
        ("version", $"{report.Product} {report.Version}"),
        ("uptime", Duration.Words(report.Uptime)),
        ("memory", Memory(report)),
        ("resident", ByteSize.Format(report.ResidentBytes)),
        ("keys", $"{Count(report.Keys)} ({Count(report.KeysWithExpiry)} with expiry)"),
        ("hit ratio", HitRatio(report)),
        ("evicted", $"{Count(report.Evicted)} ({report.Eviction})"),
        ("expired", Count(report.Expired)),
        ("operations", $"{Count((long)report.OperationsPerSecond)}/s, {Count(report.Operations)} in all"),
        ("clients", report.MaxClients > 0
            ? $"{Count(report.Clients)} of {Count(report.MaxClients)}"
            : Count(report.Clients)),
    ];

    /// <summary>What is now as it is, what counts by what it counted since the last look.</summary>
    private static IEnumerable<(string Label, string Words)> Live(StatusReport report, StatusRates rates)
    {
        string[] counted = ["hit ratio", "evicted", "expired", "operations"];
        (string Label, string Words)[] common = [.. Common(report).Where(row => !counted.Contains(row.Label))];
        return [.. common[..^1], .. rates.Rows, common[^1]];
    }

    /// <summary>What other sizes of memory would do: the node's own is the hit ratio itself.</summary>
    private static string Sizing(StatusReport report) => "hit ratio of late with " + string.Join(
        ", ",
        report.Sizing.Select(size => string.Create(
            CultureInfo.InvariantCulture, $"{size.Size} memory {100 * size.HitRatio:0.#} %")));

    private static string Ring(StatusReport report)
    {
        string members = $"{Count(report.MembersAlive)} of {Count(report.Members)} members alive";
        string loading = report.LoadingSlots > 0 ? $", {Count(report.LoadingSlots)} on their way here" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{members}; {Count(report.OwnedSlots)} slots ({100.0 * report.OwnedSlots / Slot.Count:0.#} %){loading}; ")
            + $"{Count(report.TopologyMisses)} misses due to topology";
    }

    /// <summary>Whether it answers; else since when not, and why.</summary>
    private static string Discovery(StatusSource source)
    {
        string addresses = source.Addresses == 1 ? "1 address" : $"{Count(source.Addresses)} addresses";
        string words = source.SinceAnswer is not { } since ? $"{source.Source} has not answered yet"
            : source.Up ? $"{source.Source} answers, {addresses}"
            : $"{source.Source} silent for {Duration.Words(since)}, named {addresses} before";
        return source.Problem.Length > 0 ? $"{words}: {source.Problem}" : words;
    }

    private static string Title(StatusReport report, string address) =>
        report.Name.Length > 0 ? $"{report.Name} at {address}" : address;

    private static string Memory(StatusReport report)
    {
        string used = ByteSize.Format(report.UsedBytes);
        if (report.LimitBytes == 0)
        {
            return used + ", no limit";
        }
        double percent = 100.0 * report.UsedBytes / report.LimitBytes;
        return string.Create(
            CultureInfo.InvariantCulture, $"{used} of {ByteSize.Format(report.LimitBytes)} ({percent:0.#} %)");
    }

    private static string HitRatio(StatusReport report) => report.HitRatio is double ratio
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * ratio:0.##} % ({Count(report.Hits)} hits, {Count(report.Misses)} misses)")
        : "no reads yet";

    private static string Bar(double share)
    {
        int full = (int)Math.Round(Math.Clamp(share, 0, 1) * BarCells);
        return new string('█', full) + new string('░', BarCells - full);
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;

using Henge.Diagnostics.Metrics;

namespace Henge.Diagnostics;

/// <summary>
/// The text of INFO: sections of "name:value" lines. Every number is counted or measured, none is made up.
/// </summary>
internal static class NodeReport
{
    private static readonly ReportSection[] s_sections =
    [
        new("Server", IsDefault: true, ServerReport.Server),
        new("Clients", IsDefault: true, ServerReport.Clients),
        new("Memory", IsDefault: true, ServerReport.Memory),
        new("Persistence", IsDefault: true, ServerReport.Persistence),
        new("Stats", IsDefault: true, StatisticsReport.Stats),
        new("Replication", IsDefault: true, ServerReport.Replication),
        new("CPU", IsDefault: true, ServerReport.Cpu),
        new("Modules", IsDefault: true, static (_, _, _) => { }),
        new("Commandstats", IsDefault: false, StatisticsReport.Commands),
        new("Errorstats", IsDefault: true, static (text, node, _) => node.Errors.Write(text)),
        new("Cluster", IsDefault: true, ServerReport.Cluster),
        new("Ring", IsDefault: true, RingSection.Write),
        new("Sizing", IsDefault: true, SizingSection.Write),
        new("Metrics", IsDefault: false, InfoSink.Write),
        new("Keyspace", IsDefault: true, StatisticsReport.Keyspace),
    ];

    /// <summary>Writes sections.</summary>
    /// <param name="node">The node.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="wanted">
    /// Names in lower case, or default, all, everything; none for the default. Unknown ones are left out.
    /// </param>
    public static string Write(HengeNode node, long nowMs, IReadOnlyCollection<string> wanted)
    {
        bool all = wanted.Contains("all") || wanted.Contains("everything");
        bool usual = wanted.Count == 0 || wanted.Contains("default");
        var text = new StringBuilder(4096);
        foreach (ReportSection section in s_sections)
        {
            if (all || (usual && section.IsDefault) || wanted.Contains(section.Name.ToLowerInvariant()))
            {
                if (text.Length != 0)
                {
                    text.Append("\r\n");
                }
                text.Append("# ").Append(section.Name).Append("\r\n");
                section.Write(text, node, nowMs);
            }
        }
        return text.ToString();
    }

    /// <summary>Appends one line.</summary>
    public static void Line(this StringBuilder text, string name, string value) =>
        text.Append(name).Append(':').Append(value).Append("\r\n");

    /// <summary>Appends one line with a number.</summary>
    public static void Line(this StringBuilder text, string name, long value) =>
        text.Append(name).Append(':').Append(value).Append("\r\n");

    /// <summary>Bytes as people read them: 1.50M.</summary>
    public static string Human(long bytes)
    {
        double value = bytes;
        foreach (string unit in (ReadOnlySpan<string>)["B", "K", "M", "G"])
        {
            if (value < 1024)
            {
                return value.ToString(unit == "B" ? "0" : "0.00", CultureInfo.InvariantCulture) + unit;
            }
            value /= 1024;
        }
        return value.ToString("0.00", CultureInfo.InvariantCulture) + "T";
    }
}

using System.Globalization;

using Henge.Values;

namespace Henge.Server.Status;

/// <summary>What happened between two looks at a node, per second.</summary>
/// <param name="before">The earlier look.</param>
/// <param name="now">The later one.</param>
/// <param name="elapsed">Time between them.</param>
internal sealed class StatusRates(StatusReport before, StatusReport now, TimeSpan elapsed)
{
    private double Seconds => Math.Max(1e-3, elapsed.TotalSeconds);

    /// <summary>
    /// Rows in the place of those that count since the start. A counter that went back was zeroed, and counts as 0.
    /// </summary>
    public IReadOnlyList<(string Label, string Words)> Rows =>
    [
        ("operations", $"{Rate(now.Operations, before.Operations)}/s"),
        ("each takes", Each()),
        ("hit ratio", HitRatio()),
        ("misses", Misses()),
        ("evicted", $"{Rate(now.Evicted, before.Evicted)}/s"),
        ("expired", $"{Rate(now.Expired, before.Expired)}/s"),
        ("traffic", $"{Bytes(now.InputBytes - before.InputBytes)}/s in, "
            + $"{Bytes(now.OutputBytes - before.OutputBytes)}/s out"),
    ];

    /// <summary>Commands that were carried out, those that took most of the node's time first.</summary>
    public IReadOnlyList<(string Name, double PerSecond, double Microseconds)> Commands =>
    [
        .. now.Commands.Select(command => (
                command.Key,
                Calls: Difference(command.Value.Calls, before.Commands.GetValueOrDefault(command.Key).Calls),
                Took: Difference(
                    command.Value.Microseconds, before.Commands.GetValueOrDefault(command.Key).Microseconds)))
            .Where(command => command.Calls > 0)
            .OrderByDescending(command => command.Took)
            .Select(command => (command.Key, command.Calls / Seconds, (double)command.Took / command.Calls)),
    ];

    private static long Difference(long now, long before) => Math.Max(0, now - before);

    private string Rate(long now, long before) =>
        (Difference(now, before) / Seconds).ToString("N0", CultureInfo.InvariantCulture);

    private string Bytes(long difference) => ByteSize.Format((long)(Math.Max(0, difference) / Seconds));

    private string Each()
    {
        long calls = Difference(now.CommandCalls, before.CommandCalls);
        long took = Difference(now.CommandMicroseconds, before.CommandMicroseconds);
        return calls == 0
            ? "no commands"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(double)took / calls:0.0} us on the node");
    }

    private string HitRatio()
    {
        long hits = Difference(now.Hits, before.Hits);
        long reads = hits + Difference(now.Misses, before.Misses);
        return reads == 0
            ? "no reads"
            : string.Create(CultureInfo.InvariantCulture, $"{100.0 * hits / reads:0.##} %");
    }

    private string Misses()
    {
        var words = new List<string>();
        foreach ((string reason, long count) in now.MissesBy)
        {
            long more = Difference(count, before.MissesBy.GetValueOrDefault(reason));
            if (more > 0)
            {
                words.Add($"{Rate(more, 0)}/s {reason}");
            }
        }
        return words.Count == 0 ? $"{Rate(now.Misses, before.Misses)}/s" : string.Join(", ", words);
    }
}

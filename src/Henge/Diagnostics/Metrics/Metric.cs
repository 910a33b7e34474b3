using Henge.Diagnostics.Figures;

namespace Henge.Diagnostics.Metrics;

/// <summary>
/// One row of the catalogue. Its name is that of OpenTelemetry ("henge.store.hits"); what Prometheus calls it follows
/// from name, unit and kind by OpenTelemetry's own rules, so that both ways lead to the same name.
/// </summary>
/// <param name="Name">Words with dots.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Unit">As in UCUM: s, By, 1; what is only a word for what is counted, in braces; "" for none.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Tags">Names of its tags, with commas; "" for none.</param>
internal sealed record Metric(string Name, MetricKind Kind, string Unit, string Help, string Tags = "")
{
    /// <summary>Gives its numbers; null where the caches of an application count into instruments directly.</summary>
    public Action<NodeFigures, IMetricSink>? Read { get; init; }

    /// <summary>Unit as Prometheus spells it; "" where the name says it all.</summary>
    public string BaseUnit => Unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        "1" => "ratio",
        _ => "",
    };

    /// <summary>Name of the family in OpenMetrics: without _total.</summary>
    public string Family
    {
        get
        {
            string name = Name.Replace('.', '_');
            return BaseUnit.Length == 0 || name.EndsWith('_' + BaseUnit, StringComparison.Ordinal)
                ? name
                : name + '_' + BaseUnit;
        }
    }

    /// <summary>Name of its samples in Prometheus; a histogram's have more behind it.</summary>
    public string PrometheusName => Kind == MetricKind.Counter ? Family + "_total" : Family;

    /// <summary>Whether its numbers are whole.</summary>
    public bool IsWhole => Unit is not ("s" or "1");
}

using System.Diagnostics.Metrics;

using Henge.Diagnostics.Figures;
using Henge.Diagnostics.Metrics;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// The meter "Henge" of a node: the catalogue as instruments that are looked at when somebody collects, and what the
/// caches of an application count. docs/metrics.md lists them.
/// </summary>
internal sealed class NodeMeters : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Henge";

    private readonly HengeNode _node;
    private readonly Meter _meter;

    /// <summary>Creates the instruments of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="factory">Makes meters; null: one of its own.</param>
    public NodeMeters(HengeNode node, IMeterFactory? factory)
    {
        _node = node;
        _meter = factory is null ? new Meter(MeterName) : factory.Create(new MeterOptions(MeterName));
        Calls = new CallMeters(_meter, node.TimeProvider);
        Caches = new CacheMeters(_meter);
        foreach (Metric metric in MetricCatalogue.OfNodes)
        {
            Add(metric);
        }
    }

    /// <summary>What calls count.</summary>
    public CallMeters Calls { get; }

    /// <summary>What caches count.</summary>
    public CacheMeters Caches { get; }

    /// <summary>Ends the meter, where no factory owns it.</summary>
    public void Dispose() => _meter.Dispose();

    private void Add(Metric metric)
    {
        string? unit = metric.Unit.Length == 0 ? null : metric.Unit;
        switch (metric.Kind)
        {
            case MetricKind.Counter when metric.IsWhole:
                _meter.CreateObservableCounter(metric.Name, () => Whole(metric), unit, metric.Help);
                break;
            case MetricKind.Counter:
                _meter.CreateObservableCounter(metric.Name, () => Parts(metric, ""), unit, metric.Help);
                break;
            case MetricKind.Level:
                _meter.CreateObservableUpDownCounter(metric.Name, () => Whole(metric), unit, metric.Help);
                break;
            case MetricKind.Gauge when metric.IsWhole:
                _meter.CreateObservableGauge(metric.Name, () => Whole(metric), unit, metric.Help);
                break;
            case MetricKind.Gauge:
                _meter.CreateObservableGauge(metric.Name, () => Parts(metric, ""), unit, metric.Help);
                break;
            default:
                AddHistogram(metric);
                break;
        }
    }

    /// <summary>Instruments cannot observe a histogram, so it is three counters.</summary>
    private void AddHistogram(Metric metric)
    {
        foreach (string part in (ReadOnlySpan<string>)
            [InstrumentSink<double>.Bucket, InstrumentSink<double>.Count, InstrumentSink<double>.Sum])
        {
            _meter.CreateObservableCounter(
                metric.Name + '.' + part,
                () => Parts(metric, part),
                part == InstrumentSink<double>.Sum ? metric.Unit : "{amount}",
                metric.Help);
        }
    }

    private List<Measurement<long>> Whole(Metric metric)
    {
        var sink = new InstrumentSink<long>("", static value => (long)value);
        metric.Read!(new NodeFigures(_node), sink);
        return sink.Measurements;
    }

    private List<Measurement<double>> Parts(Metric metric, string part)
    {
        var sink = new InstrumentSink<double>(part, static value => value);
        metric.Read!(new NodeFigures(_node), sink);
        return sink.Measurements;
    }
}

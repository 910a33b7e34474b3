using System.Diagnostics.Metrics;

namespace Henge.Tests.Diagnostics.Metrics;

/// <summary>Makes meters that tests can tell from those of other nodes in the process.</summary>
internal sealed class OneMeterFactory : IMeterFactory
{
    private readonly List<Meter> _made = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _made.Add(meter);
        return meter;
    }

    public void Dispose() => _made.ForEach(static meter => meter.Dispose());
}

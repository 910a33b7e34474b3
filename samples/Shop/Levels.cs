using System.Diagnostics.Metrics;

namespace Shop;

/// <summary>Counts where this instance's reads were answered, as the meter of Henge tells it.</summary>
public sealed class Levels : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Warehouse _warehouse;
    private long _first;
    private long _here;
    private long _ring;

    /// <summary>Begins to count.</summary>
    public Levels(Warehouse warehouse)
    {
        _warehouse = warehouse;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Henge", Name: "henge.cache.calls" or "henge.cache.first_level.hits" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => Count(instrument, count, tags));
        _listener.Start();
    }

    /// <summary>
    /// Hits in the first level, in the memory of this instance's node, in another instance's, and lookups.
    /// </summary>
    public object Counts => new
    {
        first = Interlocked.Read(ref _first),
        here = Interlocked.Read(ref _here),
        ring = Interlocked.Read(ref _ring),
        lookups = _warehouse.Lookups,
    };

    /// <summary>Ends the counting.</summary>
    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.Name == "henge.cache.first_level.hits")
        {
            Interlocked.Add(ref _first, count);
            return;
        }
        string? result = null;
        string? place = null;
        foreach ((string name, object? value) in tags)
        {
            result = name == "result" ? value as string : result;
            place = name == "place" ? value as string : place;
        }
        if (result == "hit")
        {
            Interlocked.Add(ref place == "here" ? ref _here : ref _ring, count);
        }
    }
}

using System.Diagnostics.Metrics;

using Henge.Caching.Levels;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// What the caches of an application count beside their calls on the ring (<see cref="CallMeters"/>). An instrument
/// that nobody listens to costs one look at a flag.
/// </summary>
internal sealed class CacheMeters
{
    private readonly Meter _meter;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _joins;
    private readonly Counter<long> _factories;
    private readonly Counter<long> _troubles;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _formers;

    /// <summary>Creates the instruments.</summary>
    public CacheMeters(Meter meter)
    {
        _meter = meter;
        _hits = meter.CreateCounter<long>(
            "henge.cache.first_level.hits", "{read}", "Reads answered by what this process keeps.");
        _joins = meter.CreateCounter<long>(
            "henge.cache.joins", "{read}", "Reads that waited for another of the same key in this process.");
        _factories = meter.CreateCounter<long>(
            "henge.cache.factory.calls", "{call}", "Calls of factories, by result (made, failed).");
        _troubles = meter.CreateCounter<long>(
            "henge.cache.troubles", "{call}", "Times that a cache went on without the ring, since it did not answer.");
        _refusals = meter.CreateCounter<long>(
            "henge.cache.refusals", "{entry}",
            "Entries that were served and not cached, by reason (key, value, serializer, changed).");
        _formers = meter.CreateCounter<long>(
            "henge.cache.failsafe", "{call}", "Failures of factories after which an expired value was served.");
    }

    /// <summary>Watches a first level.</summary>
    public void Watch(FirstLevel first)
    {
        _meter.CreateObservableUpDownCounter(
            "henge.cache.first_level.usage", () => first.Size, "By", "What the first level counts of its limit.");
        _meter.CreateObservableUpDownCounter(
            "henge.cache.first_level.entries", () => (long)first.Count, "{entry}", "Entries kept in this process.");
    }

    /// <summary>The first level had a value.</summary>
    public void HitHere()
    {
        if (_hits.Enabled)
        {
            _hits.Add(1);
        }
    }

    /// <summary>A read waits for another.</summary>
    public void Joined() => _joins.Add(1);

    /// <summary>A factory has ended.</summary>
    public void FactoryEnded(bool hasMade) =>
        _factories.Add(1, new KeyValuePair<string, object?>("result", hasMade ? "made" : "failed"));

    /// <summary>The ring did not answer, and was done without.</summary>
    public void Troubled() => _troubles.Add(1);

    /// <summary>A factory failed, and an expired value was served.</summary>
    public void ServedFormer() => _formers.Add(1);

    /// <summary>An entry cannot be cached.</summary>
    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));
}

using System.Diagnostics.Metrics;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Routing.Operations;
using Henge.Storage;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// The meter "Henge" of a node in an application. What a node holds and counts is looked at when somebody collects;
/// names and units follow OpenTelemetry. docs/dotnet.md lists them.
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
        Counted("henge.store.hits", "{read}", "Reads that found their key here, by any protocol.", static s => s.Hits);
        Counted("henge.store.misses", "{read}", "Reads that did not.", static s => s.Misses);
        Counted("henge.store.evictions", "{entry}", "Entries evicted to make room.", static s => s.Evicted);
        Counted("henge.store.expirations", "{entry}", "Entries whose time was over.", static s => s.Expired);
        Level("henge.store.entries", "{entry}", "Entries held, copies for others included.", static s => s.Entries);
        Level("henge.store.memory.usage", "By", "Memory taken, of the limit.", static s => s.UsedBytes);
        Level("henge.store.memory.limit", "By", "Memory that may be taken.", static s => s.LimitBytes);
        _meter.CreateObservableUpDownCounter(
            "henge.ring.members", Members, "{member}", "Members of the ring that are remembered, by state.");
        _meter.CreateObservableGauge(
            "henge.ring.ready", () => _node.Ready ? 1 : 0, null, "1 when the node is of a ring and serves, else 0.");
        _meter.CreateObservableGauge(
            "henge.ring.loading", IsLoading, null, "1 while data that this node is to hold is on its way, else 0.");
    }

    /// <summary>What calls count.</summary>
    public CallMeters Calls { get; }

    /// <summary>What caches count.</summary>
    public CacheMeters Caches { get; }

    /// <summary>Ends the meter, where no factory owns it.</summary>
    public void Dispose() => _meter.Dispose();

    private void Counted(string name, string unit, string what, Func<StoreStatistics, long> pick) =>
        _meter.CreateObservableCounter(name, () => pick(_node.Store.GetStatistics()), unit, what);

    private void Level(string name, string unit, string what, Func<StoreStatistics, long> pick) =>
        _meter.CreateObservableUpDownCounter(name, () => pick(_node.Store.GetStatistics()), unit, what);

    private IEnumerable<Measurement<long>> Members()
    {
        ClusterSnapshot? snapshot = _node.Ring?.Snapshot;
        foreach (MemberState state in Enum.GetValues<MemberState>())
        {
            long count = snapshot?.Members.Values.LongCount(member => member.State == state) ?? 0;
            yield return new Measurement<long>(count, new KeyValuePair<string, object?>("state", NameOf(state)));
        }
    }

    private int IsLoading() => _node.Ring is { } ring && PeerRingCommands.IsLoading(ring.Snapshot) ? 1 : 0;

    private static string NameOf(MemberState state) => state.ToString().ToLowerInvariant();
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

using Henge.Diagnostics;
using Henge.Tests.Transport;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>What the health check, the meter and the activities say.</summary>
[Collection(TransportCollection.Name)]
public sealed class ObservabilityTests
{
    private static readonly DistributedCacheEntryOptions Forever = new();

    [Fact]
    public async Task Health_follows_the_node()
    {
        await using EmbeddedHost host = new(services: static services => services.AddMetrics());
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(host, HealthStatus.Degraded));
        await host.StartAsync();
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));
        await host.StopAsync();
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
    }

    [Fact]
    public async Task A_node_whose_peers_are_away_is_degraded_and_one_that_nobody_serves_unhealthy()
    {
        await using EmbeddedHost alone = await EmbeddedHost.StartAsync(static o => o.Peers.Add("127.0.0.1:9"));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(alone));
        await using EmbeddedHost user = await EmbeddedHost.StartAsync(o =>
        {
            o.Weight = 0;
            o.Peers.Add(alone.Address);
        });
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(user));
        await alone.StopAsync();
        await TransportHost.UntilAsync(() => user.Node.Ring!.Snapshot.View.Members.Count == 0);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(user));
    }

    [Fact]
    public async Task A_ring_is_healthy_everywhere()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        foreach (EmbeddedHost host in ring.Hosts)
        {
            Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));
        }
    }

    [Fact]
    public async Task The_meter_counts_hits_misses_and_what_the_node_holds()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(services: static s => s.AddMetrics());
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        IMeterFactory factory = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == "Henge" && instrument.Meter.Scope == factory)
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, 1, tags));
        listener.Start();

        host.Cache.Set("k", new byte[10], Forever);
        host.Cache.Get("k");
        host.Cache.Get("k");
        host.Cache.Get("none");
        host.Cache.Refresh("k");
        host.Cache.Remove("none");
        listener.RecordObservableInstruments();

        Assert.Equal(1, seen["henge.cache.calls set done here"]);
        Assert.Equal(2, seen["henge.cache.calls get hit here"]);
        Assert.Equal(1, seen["henge.cache.calls get miss here"]);
        Assert.Equal(1, seen["henge.cache.calls touch hit here"]);
        Assert.Equal(1, seen["henge.cache.calls delete miss here"]);
        Assert.Equal(2, seen["henge.cache.call.duration get hit here"]);
        Assert.Equal((2, 1), (seen["henge.store.hits"], seen["henge.store.misses absent"]));
        Assert.Equal(1, seen["henge.store.entries"]);
        Assert.Equal(64 << 20, seen["henge.store.memory.limit"]);
        Assert.InRange(seen["henge.store.memory.usage"], 1, 64 << 20);
        Assert.Equal((1, 0), (seen["henge.ring.members alive"], seen["henge.ring.members dead"]));
        Assert.Equal((1, 0), (seen["henge.ring.ready"], seen["henge.ring.loading"]));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name;
            foreach ((_, object? tag) in tags)
            {
                name += " " + tag;
            }
            seen[name] = seen.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public async Task Calls_that_leave_the_process_are_activities_and_others_are_none()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        string here = ring.KeyOf(ring[0]);
        string there = ring.KeyOf(ring[1]);
        await ring[0].Cache.SetAsync(here, [1], Forever, TestContext.Current.CancellationToken);
        List<Activity> ended = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Henge",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);

        ring[0].Cache.Get(here);
        await ring[0].Cache.GetAsync(there, TestContext.Current.CancellationToken);

        Activity activity = Assert.Single(ended);
        Assert.Equal(("henge get", ActivityKind.Client), (activity.OperationName, activity.Kind));
        Assert.Equal(ring[1].Address, activity.GetTagItem("server.address"));
        Assert.DoesNotContain(there, string.Join(' ', activity.TagObjects), StringComparison.Ordinal);
    }

    private static async Task<HealthStatus> HealthAsync(
        EmbeddedHost host, HealthStatus failure = HealthStatus.Unhealthy)
    {
        HengeHealthCheck check = host.Services.GetRequiredService<HengeHealthCheck>();
        var context = new HealthCheckContext { Registration = new("henge", check, failure, null) };
        HealthCheckResult result = await check.CheckHealthAsync(context, TestContext.Current.CancellationToken);
        Assert.False(string.IsNullOrEmpty(result.Description));
        return result.Status;
    }
}

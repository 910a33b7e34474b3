using System.Diagnostics.Metrics;

using Henge.Caching;
using Henge.Tests.Embedding;

using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>What the caches of an application count.</summary>
public sealed class CacheMetersTests
{
    [Fact]
    public async Task Hits_factories_and_what_was_not_kept_are_counted()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        EmbeddedHost host = await EmbeddedHost.StartAsync(
            static o => o.MaxValue = 1024, services: static s => s.AddMetrics());
        var seen = new Dictionary<string, long>();
        using MeterListener listener = Listen(host, seen);
        HengeCache cache = host.Services.GetRequiredService<HengeCache>();

        // Made; then read in the ring and kept; then found here.
        for (int i = 0; i < 4; i++)
        {
            await cache.GetOrCreateAsync("k", static (_, _) => ValueTask.FromResult("v"), cancellationToken: token);
        }
        await Assert.ThrowsAsync<FormatException>(() => cache.GetOrCreateAsync<string>(
            "fails", static (_, _) => throw new FormatException("no"), cancellationToken: token).AsTask());
        await cache.SetAsync("long", new string('x', 2000), cancellationToken: token);
        await cache.SetAsync("", "no key", cancellationToken: token);
        listener.RecordObservableInstruments();

        Assert.Equal(1, seen["henge.cache.factory.calls made"]);
        Assert.Equal(1, seen["henge.cache.factory.calls failed"]);
        Assert.Equal(2, seen["henge.cache.first_level.hits"]);
        Assert.Equal(1, seen["henge.cache.first_level.entries"]);
        Assert.InRange(seen["henge.cache.first_level.usage"], 200, 300);
        Assert.Equal(1, seen["henge.cache.refusals value"]);
        Assert.Equal(1, seen["henge.cache.refusals key"]);
        Assert.False(seen.ContainsKey("henge.cache.troubles"));

        await host.StopAsync();
        Assert.Equal(CacheState.Unknown, (await cache.TryGetAsync<string>("other", cancellationToken: token)).State);
        Assert.Equal(1, seen["henge.cache.troubles"]);
        await host.DisposeAsync();
    }

    private static MeterListener Listen(EmbeddedHost host, Dictionary<string, long> seen)
    {
        IMeterFactory factory = host.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Henge" && instrument.Meter.Scope == factory)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string name = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(static tag => tag.Value)]);
            lock (seen)
            {
                seen[name] = seen.GetValueOrDefault(name) + value;
            }
        });
        listener.Start();
        return listener;
    }
}

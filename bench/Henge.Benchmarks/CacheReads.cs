using BenchmarkDotNet.Attributes;

using Henge.Caching;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Henge.Benchmarks;

/// <summary>
/// A hit of 100 bytes in the caches of an application that is a ring of its own: in the first level, beside the
/// platform's MemoryCache, and in the memory of this node. Run: <c>-- --filter '*CacheReads*'</c>.
/// </summary>
[MemoryDiagnoser]
public class CacheReads
{
    private const string Key = "product:12345";

    private static readonly Func<CancellationToken, ValueTask<string>> s_factory =
        static _ => throw new InvalidOperationException("Every read hits.");

    private IHost _host = null!;
    private MemoryCache _memory = null!;
    private HengeCache _henge = null!;
    private HybridCache _hybrid = null!;
    private IDistributedCache _distributed = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddHenge(static o => (o.Port, o.Memory, o.LeaveTimeout) = (0, 64 << 20, TimeSpan.Zero));
        _host = builder.Build();
        await _host.StartAsync();
        _henge = _host.Services.GetRequiredService<HengeCache>();
        _hybrid = _host.Services.GetRequiredService<HybridCache>();
        _distributed = _host.Services.GetRequiredService<IDistributedCache>();
        string value = new('x', 100);
        await _henge.SetAsync(Key, value, new() { Expiration = TimeSpan.FromDays(1) });
        _memory = new MemoryCache(new MemoryCacheOptions());
        _memory.Set(Key, value, TimeSpan.FromDays(1));
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        _memory.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }

    [Benchmark(Baseline = true)]
    public string? Memory_cache() => _memory.TryGetValue(Key, out string? value) ? value : null;

    [Benchmark]
    public string? Henge_first_level()
    {
        ValueTask<CacheResult<string>> read = _henge.TryGetAsync<string>(Key);
        return read.IsCompletedSuccessfully ? read.Result.Value : null;
    }

    [Benchmark]
    public string Hybrid_first_level()
    {
        ValueTask<string> read = _hybrid.GetOrCreateAsync(Key, s_factory);
        return read.IsCompletedSuccessfully ? read.Result : "";
    }

    [Benchmark]
    public byte[]? Distributed_local_ring() => _distributed.Get(Key);
}

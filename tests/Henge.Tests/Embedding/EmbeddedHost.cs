using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Henge.Tests.Embedding;

/// <summary>An application with a node of its own, on the platform's generic host.</summary>
internal sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _runs;

    public EmbeddedHost(
        Action<HengeOptions>? configure = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging();
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }
        builder.Services.AddHenge(options =>
        {
            options.Port = 0;
            options.Memory = 64 << 20;
            options.Loops = 2;
            options.LeaveTimeout = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        services?.Invoke(builder.Services);
        _host = builder.Build();
    }

    public IServiceProvider Services => _host.Services;

    public HengeNode Node => Services.GetRequiredService<HengeNode>();

    public IBufferDistributedCache Cache => Services.GetRequiredService<IBufferDistributedCache>();

    public string Address => $"127.0.0.1:{Node.EndPoints[0].Port}";

    public static async Task<EmbeddedHost> StartAsync(
        Action<HengeOptions>? configure = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? services = null)
    {
        var host = new EmbeddedHost(configure, time, services);
        await host.StartAsync();
        return host;
    }

    public async Task StartAsync()
    {
        await _host.StartAsync();
        _runs = true;
    }

    public Task StopAsync()
    {
        bool runs = _runs;
        _runs = false;
        return runs ? _host.StopAsync() : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

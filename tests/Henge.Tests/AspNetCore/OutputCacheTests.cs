using System.Globalization;

using Henge.AspNetCore;
using Henge.Tests.Transport;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Two applications with [OutputCache] whose nodes are one ring.</summary>
[Collection(TransportCollection.Name)]
public sealed class OutputCacheTests : IAsyncLifetime
{
    private const int Pages = 20;
    private readonly List<WebApplication> _applications = [];
    private readonly int[] _made = new int[2];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            _applications.Add(await StartAsync(i));
        }
        await TransportHost.UntilAsync(() => _applications.All(application =>
            NodeOf(application).Ring!.Snapshot.View.Members.Count == 2));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication application in _applications)
        {
            await application.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_one_application_has_made_the_other_serves_until_its_tag_is_evicted()
    {
        string[] first = new string[Pages];
        for (int i = 0; i < Pages; i++)
        {
            first[i] = await GetAsync(i % 2, $"/pages/{i}");
            Assert.Equal(first[i], await GetAsync((i + 1) % 2, $"/pages/{i}"));
            Assert.Equal(first[i], await GetAsync(i % 2, $"/pages/{i}"));
        }
        string other = await GetAsync(0, "/other");
        Assert.Equal(Pages + 1, _made.Sum());

        await _applications[1].Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("pages", Token);

        for (int i = 0; i < Pages; i++)
        {
            string again = await GetAsync((i + 1) % 2, $"/pages/{i}");
            Assert.NotEqual(first[i], again);
            Assert.Equal(again, await GetAsync(i % 2, $"/pages/{i}"));
        }
        Assert.Equal(other, await GetAsync(1, "/other"));
        Assert.Equal(2 * Pages + 1, _made.Sum());
    }

    [Fact]
    public async Task When_the_ring_cannot_answer_the_application_makes_the_response()
    {
        string before = await GetAsync(0, "/pages/0");
        await NodeOf(_applications[0]).StopAsync(Token);

        string after = await GetAsync(0, "/pages/0");

        Assert.NotEqual(before, after);
    }

    private async Task<WebApplication> StartAsync(int number)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddHenge(options =>
        {
            options.Port = 0;
            options.Name = $"n{number}";
            options.Memory = 64 << 20;
            options.LeaveTimeout = TimeSpan.Zero;
            if (number > 0)
            {
                options.Peers.Add($"127.0.0.1:{NodeOf(_applications[0]).EndPoints[0].Port}");
            }
        });
        builder.Services.AddHengeOutputCache();
        WebApplication application = builder.Build();
        application.UseOutputCache();
        application.MapGet("/pages/{page}",
            [OutputCache(Duration = 3600, Tags = ["pages"])] (string page) => Make(number, page));
        application.MapGet("/other", [OutputCache(Duration = 3600)] () => Make(number, "other"));
        await application.StartAsync(Token);
        return application;
    }

    private string Make(int number, string page) => string.Create(
        CultureInfo.InvariantCulture, $"{page} by {number}, its {Interlocked.Increment(ref _made[number])}.");

    private async Task<string> GetAsync(int number, string path)
    {
        using HttpClient client = _applications[number].GetTestClient();
        return await client.GetStringAsync(path, Token);
    }

    private static HengeNode NodeOf(WebApplication application) =>
        application.Services.GetRequiredService<HengeNode>();
}

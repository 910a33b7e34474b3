// An application that knows Henge from its packages alone. It says what it saw, one fact a line.
using System.Net.Http.Json;
using System.Text.Json;

using Henge;
using Henge.AspNetCore;

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Caching.Distributed;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddHenge(options =>
{
    options.Port = 0;
    options.Memory = 64L << 20;
});
builder.Services.AddHealthChecks().AddHenge();
await using WebApplication app = builder.Build();
app.MapGroup("/ring").MapHenge();
app.MapHealthChecks("/health");
await app.StartAsync();

IDistributedCache cache = app.Services.GetRequiredService<IDistributedCache>();
await cache.SetStringAsync("greeting", "hello", new DistributedCacheEntryOptions
{
    AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1),
});
Console.WriteLine($"cache: {await cache.GetStringAsync("greeting")}");

string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
using var client = new HttpClient { BaseAddress = new Uri(address) };
Console.WriteLine($"http: {await client.GetStringAsync("/ring/v1/cache/greeting")}");
Console.WriteLine($"health: {await client.GetStringAsync("/health")}");
JsonElement cluster = await client.GetFromJsonAsync<JsonElement>("/ring/v1/cluster");
Console.WriteLine($"members: {cluster.GetProperty("members").GetArrayLength()}");

await app.StopAsync();

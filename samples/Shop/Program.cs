// A shop of three instances that share one cache, which is in them. Start it with ./run and open http://127.0.0.1:5001.
using Henge;
using Henge.AspNetCore;

using Microsoft.AspNetCore.OutputCaching;

using Shop;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
int instance = builder.Configuration.GetValue("instance", 1);
builder.WebHost.UseUrls(Instances.AddressOf(instance));

builder.Services.AddHenge(options =>
{
    options.Name = $"shop{instance}";
    options.Port = 7400 + instance;
    options.Peers.Add("127.0.0.1:7401");
    options.Peers.Add("127.0.0.1:7402");
    options.Peers.Add("127.0.0.1:7403");
    options.Memory = 64L << 20;
});
builder.Services.AddHengeOutputCache();
builder.Services.AddHealthChecks().AddHenge();
builder.Services.AddHttpClient();
builder.Services.AddSingleton<Warehouse>();
builder.Services.AddSingleton<Products>();
builder.Services.AddSingleton<Levels>();
builder.Services.AddSingleton<Instances>();

WebApplication app = builder.Build();
app.Services.GetRequiredService<Levels>();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseOutputCache();
app.MapHealthChecks("/health");
app.MapGroup("/ring").MapHenge();

app.MapGet("/api/products/{id:int}", async (int id, Products products, CancellationToken cancellationToken) =>
    await products.GetAsync(id, cancellationToken) is { } product
        ? Results.Ok(new { instance, product })
        : Results.NotFound());

app.MapPut("/api/products/{id:int}/price", async (
    int id, decimal price, Products products, IOutputCacheStore pages, CancellationToken cancellationToken) =>
{
    await products.SetPriceAsync(id, price, cancellationToken);
    await pages.EvictByTagAsync("offers", cancellationToken);
    return Results.NoContent();
});

// A whole response, made by one instance and served by all until a price changes. Behind one name they have one host;
// here their ports differ.
app.MapGet("/api/offers", async (Warehouse warehouse, CancellationToken cancellationToken) =>
        new { madeBy = instance, products = await warehouse.CheapestAsync(3, cancellationToken) })
    .CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(10)).Tag("offers").SetVaryByHost(false));

app.MapGet("/api/levels", (Levels levels) => new { instance, levels = levels.Counts });
app.MapGet("/api/instances", (Instances instances, CancellationToken cancellationToken) =>
    instances.AskAllAsync(cancellationToken));

app.Run();

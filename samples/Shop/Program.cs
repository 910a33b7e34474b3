// A shop of three instances that share one cache, which is in them. Start it with ./run and open http://127.0.0.1:5001.
using Henge;
using Henge.AspNetCore;

using Microsoft.AspNetCore.OutputCaching;

using Shop;

// Beside the program lies what the page needs, from wherever it is started.
WebApplicationBuilder builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var places = new Places(builder.Configuration);
builder.WebHost.UseUrls(places.WebOf(places.Self));

builder.Services.AddHenge(options =>
{
    options.Name = $"shop{places.Self}";
    options.Port = places.RingPortOf(places.Self);
    foreach (int instance in Places.All)
    {
        options.Peers.Add($"127.0.0.1:{places.RingPortOf(instance)}");
    }
    options.Memory = 64L << 20;
});
builder.Services.AddHengeOutputCache();
builder.Services.AddSingleton<Draining>().AddHostedService(services => services.GetRequiredService<Draining>());
builder.Services.AddHealthChecks().AddHenge().AddCheck<Draining>("draining");
builder.Services.AddHttpClient();
builder.Services.AddSingleton(places);
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

app.MapGet("/api/products", async (Products products, CancellationToken cancellationToken) =>
    new { instance = places.Self, products = await products.GetFirstAsync(12, cancellationToken) });

app.MapGet("/api/products/{id:int}", async (int id, Products products, CancellationToken cancellationToken) =>
    await products.GetAsync(id, cancellationToken) is { Product: not null } answer
        ? Results.Ok(new { instance = places.Self, answer.Product, answer.Milliseconds, answer.IsLookedUp })
        : Results.NotFound());

app.MapPut("/api/products/{id:int}/price", async (
    int id, decimal price, Products products, IOutputCacheStore pages, CancellationToken cancellationToken) =>
{
    if (price is < 0 or > 1_000_000 || !Warehouse.Has(id))
    {
        return price is < 0 or > 1_000_000 ? Results.BadRequest() : Results.NotFound();
    }
    await products.SetPriceAsync(id, price, cancellationToken);
    await pages.EvictByTagAsync("offers", cancellationToken);
    return Results.NoContent();
});

// A whole response, made by one instance and served by all until a price changes. Behind one name they have one host;
// here their ports differ.
app.MapGet("/api/offers", async (Warehouse warehouse, CancellationToken cancellationToken) =>
        new { madeBy = places.Self, products = await warehouse.CheapestAsync(3, cancellationToken) })
    .CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(10)).Tag("offers").SetVaryByHost(false));

app.MapGet("/api/levels", (Levels levels) => levels.Counts);
app.MapGet("/api/instances", (Instances instances, CancellationToken cancellationToken) =>
    instances.AskAllAsync(cancellationToken));

app.Run();

using System.Globalization;

namespace Shop;

/// <summary>
/// Stands for the database: slow, and the same for all instances. Prices that were changed are files in a folder that
/// they share.
/// </summary>
public sealed class Warehouse
{
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(300);

    private static readonly string[] s_names =
    [
        "Anvil", "Bellows", "Candle", "Drum", "Easel", "Flute", "Globe", "Hammock", "Inkwell", "Jug", "Kite", "Lantern",
    ];

    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "prices")).FullName;

    private long _lookups;

    /// <summary>How often this instance had to ask.</summary>
    public long Lookups => Interlocked.Read(ref _lookups);

    /// <summary>Finds a product, numbered from 1; null where there is none.</summary>
    public async Task<Product?> FindAsync(int id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        await Task.Delay(s_slow, cancellationToken);
        return id >= 1 && id <= s_names.Length ? await ReadAsync(id, cancellationToken) : null;
    }

    /// <summary>The cheapest products.</summary>
    public async Task<Product[]> CheapestAsync(int count, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        await Task.Delay(s_slow, cancellationToken);
        Product[] all = await Task.WhenAll(
            Enumerable.Range(1, s_names.Length).Select(id => ReadAsync(id, cancellationToken)));
        return [.. all.OrderBy(static product => product.Price).Take(count)];
    }

    /// <summary>Changes a price.</summary>
    public Task SetPriceAsync(int id, decimal price, CancellationToken cancellationToken) => File.WriteAllTextAsync(
        PathOf(id), price.ToString(CultureInfo.InvariantCulture), cancellationToken);

    private async Task<Product> ReadAsync(int id, CancellationToken cancellationToken)
    {
        decimal price = File.Exists(PathOf(id))
            ? decimal.Parse(await File.ReadAllTextAsync(PathOf(id), cancellationToken), CultureInfo.InvariantCulture)
            : 10 + (id * 7 % 12);
        return new Product(id, s_names[id - 1], price);
    }

    private string PathOf(int id) => Path.Combine(_folder, id.ToString(CultureInfo.InvariantCulture));
}

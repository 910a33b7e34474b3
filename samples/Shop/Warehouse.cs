using System.Globalization;

namespace Shop;

/// <summary>
/// Stands for the database: slow, and the same for all instances. Prices that were changed are files in a folder that
/// they share (<c>--prices</c>).
/// </summary>
public sealed class Warehouse(IConfiguration configuration)
{
    private const int Count = 1200;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(300);

    private static readonly string[] s_names =
    [
        "Anvil", "Bellows", "Candle", "Drum", "Easel", "Flute", "Globe", "Hammock", "Inkwell", "Jug", "Kite", "Lantern",
    ];

    private readonly string _folder = Directory.CreateDirectory(
        configuration["prices"] ?? Path.Combine(AppContext.BaseDirectory, "prices")).FullName;

    private long _lookups;

    /// <summary>How often this instance had to ask.</summary>
    public long Lookups => Interlocked.Read(ref _lookups);

    /// <summary>Whether there is such a product.</summary>
    public static bool Has(int id) => id is >= 1 and <= Count;

    /// <summary>Finds a product, numbered from 1; null where there is none.</summary>
    public async Task<Product?> FindAsync(int id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        await Task.Delay(s_slow, cancellationToken);
        return Has(id) ? await ReadAsync(id, cancellationToken) : null;
    }

    /// <summary>The cheapest of the first page.</summary>
    public async Task<Product[]> CheapestAsync(int count, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookups);
        await Task.Delay(s_slow, cancellationToken);
        Product[] all = await Task.WhenAll(
            Enumerable.Range(1, s_names.Length).Select(id => ReadAsync(id, cancellationToken)));
        return [.. all.OrderBy(static product => product.Price).Take(count)];
    }

    /// <summary>Changes a price, for readers at once and as a whole.</summary>
    public async Task SetPriceAsync(int id, decimal price, CancellationToken cancellationToken)
    {
        string written = Path.Combine(_folder, Path.GetRandomFileName());
        await File.WriteAllTextAsync(written, price.ToString(CultureInfo.InvariantCulture), cancellationToken);
        File.Move(written, PathOf(id), overwrite: true);
    }

    private async Task<Product> ReadAsync(int id, CancellationToken cancellationToken)
    {
        (int size, int name) = Math.DivRem(id - 1, s_names.Length);
        decimal price = File.Exists(PathOf(id))
            ? decimal.Parse(await File.ReadAllTextAsync(PathOf(id), cancellationToken), CultureInfo.InvariantCulture)
            : 10 + (id * 7 % 12);
        return new Product(id, size == 0 ? s_names[name] : $"{s_names[name]} {size + 1}", price);
    }

    private string PathOf(int id) => Path.Combine(_folder, id.ToString(CultureInfo.InvariantCulture));
}

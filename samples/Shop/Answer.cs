namespace Shop;

/// <summary>A product, how long the cache took to answer, and whether this call had to ask the warehouse.</summary>
public sealed record Answer(Product? Product, double Milliseconds, bool IsLookedUp);

using System.ComponentModel;

namespace Shop;

/// <summary>What is sold. Nobody changes one, so the cache may give the same to all.</summary>
[ImmutableObject(true)]
public sealed record Product(int Id, string Name, decimal Price);

namespace Henge.Tests.Caching;

/// <summary>A value of a type that may change: every reader gets one of its own.</summary>
public sealed class Product
{
    public string Name { get; set; } = "";

    public int Price { get; set; }
}

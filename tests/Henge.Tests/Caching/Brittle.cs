namespace Henge.Tests.Caching;

/// <summary>A value whose serializer throws where it is told to.</summary>
public sealed class Brittle
{
    public bool ThrowsOnWrite { get; set; }

    public bool ThrowsOnRead { get; set; }
}

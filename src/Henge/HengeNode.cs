using Henge.Storage;

namespace Henge;

/// <summary>One node.</summary>
internal sealed class HengeNode
{
    /// <summary>Its store.</summary>
    public Store Store { get; } = new(new StoreOptions());
}

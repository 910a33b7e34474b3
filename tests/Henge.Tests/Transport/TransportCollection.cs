using Xunit;

namespace Henge.Tests.Transport;

/// <summary>Tests that count what the whole process holds open, so nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TransportCollection
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "transport";
}

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>Tests that look at the whole process (resident memory) and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AloneCollection
{
    public const string Name = "Storage alone";
}

using Xunit;

namespace Henge.Tests.Live;

/// <summary>
/// Tests that start real processes run one class after another and beside nothing else: they load the machine, and
/// what they measure of a process should be that process's own.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveCollection
{
    /// <summary>What a class names to belong here.</summary>
    public const string Name = "live";
}

using Henge.Simulator.Nodes;

namespace Henge.Simulator.Checks;

/// <summary>What an owner read for a first level.</summary>
internal sealed class KeptRead
{
    /// <summary>The process that read it.</summary>
    public required SimNode Owner { get; init; }

    /// <summary>The generation in which it tells of changes.</summary>
    public required ulong Generation { get; init; }

    /// <summary>How often the key had changed in its store.</summary>
    public required int Changes { get; init; }

    /// <summary>The version; 0 where there is nothing that may be kept.</summary>
    public ulong Version { get; set; }
}

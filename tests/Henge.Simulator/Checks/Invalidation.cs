using Henge.Simulator.Nodes;

namespace Henge.Simulator.Checks;

/// <summary>One invalidation of a tag.</summary>
internal sealed class Invalidation
{
    public required int Tag { get; init; }

    /// <summary>The node that was asked.</summary>
    public required SimNode Node { get; init; }

    public required long StartUs { get; init; }

    /// <summary>When it was answered; null while it was not.</summary>
    public long? EndUs { get; set; }

    /// <summary>Whether every member had it.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether each slot had one owner, from the start of the run until it was answered.</summary>
    public bool WasStrict { get; set; }

    /// <summary>Up to which version entries were stale at its coordinator then.</summary>
    public ulong Version { get; set; }
}

namespace Henge.Simulator.Checks;

/// <summary>
/// One change of one key, as the owner's store told it: the only states of the key that may ever exist.
/// </summary>
internal sealed class Change
{
    public required int Key { get; init; }

    public required ulong Version { get; init; }

    public required bool IsTombstone { get; init; }

    public required long ExpiresAtMs { get; init; }

    public required ulong ValueHash { get; init; }

    /// <summary>The request that made it.</summary>
    public required long Request { get; init; }

    /// <summary>Where it was made.</summary>
    public required int Host { get; init; }

    public required long AtUs { get; init; }

    /// <summary>Its tag; -1 for none.</summary>
    public int Tag { get; init; } = -1;

    /// <summary>Whether some node knows that its tag was invalidated: then it may be gone.</summary>
    public bool IsStale { get; set; }

    /// <summary>Nodes that had it, or something newer, when it was answered, and then when that arrived.</summary>
    public int Holders { get; set; }

    /// <summary>Nodes that had it and crashed before the answer arrived.</summary>
    public int Crashes { get; set; }

    /// <summary>Whether every copy of a view had it before that view ended where it was made.</summary>
    public bool WasEverywhere { get; set; }

    public override string ToString() =>
        $"{(IsTombstone ? "tombstone" : "value")} {Version:x} of request #{Request} made on host {Host} at "
        + $"{AtUs / 1000} ms{(ExpiresAtMs != 0 ? $", expiry {ExpiresAtMs}" : "")}{(Tag >= 0 ? $", tag {Tag}" : "")}";
}

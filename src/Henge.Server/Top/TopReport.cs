namespace Henge.Server.Top;

/// <summary>What a node says about keys in <c>GET /v1/hotkeys</c>.</summary>
internal sealed record TopReport
{
    /// <summary>Nodes whose keys these are to be.</summary>
    public required int NodesAsked { get; init; }

    /// <summary>Those of them that answered.</summary>
    public required int NodesAnswered { get; init; }

    /// <summary>How far back the rates go.</summary>
    public required int WindowSeconds { get; init; }

    /// <summary>The most read.</summary>
    public required IReadOnlyList<TopKey> Reads { get; init; }

    /// <summary>The most written.</summary>
    public required IReadOnlyList<TopKey> Writes { get; init; }

    /// <summary>The largest.</summary>
    public required IReadOnlyList<TopKey> Big { get; init; }
}

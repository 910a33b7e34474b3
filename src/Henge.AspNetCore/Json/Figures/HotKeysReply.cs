namespace Henge.AspNetCore.Json.Figures;

/// <summary>Reply of <c>GET /v1/hotkeys</c>: the most read and written keys, and the largest entries.</summary>
internal sealed class HotKeysReply
{
    /// <summary>Name of the node that was asked.</summary>
    public required string Node { get; init; }

    /// <summary>Nodes whose keys these are to be.</summary>
    public required int NodesAsked { get; init; }

    /// <summary>Those of them that answered.</summary>
    public required int NodesAnswered { get; init; }

    /// <summary>How far back the rates go.</summary>
    public required int WindowSeconds { get; init; }

    /// <summary>The most read.</summary>
    public required List<HotKeyRow> Reads { get; init; }

    /// <summary>The most written.</summary>
    public required List<HotKeyRow> Writes { get; init; }

    /// <summary>The largest.</summary>
    public required List<HotKeyRow> Big { get; init; }
}

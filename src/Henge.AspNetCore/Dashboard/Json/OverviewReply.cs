using Henge.AspNetCore.Json;

namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>An event of <c>GET /v1/events</c>: the ring as this node sees it, what its members have counted.</summary>
internal sealed class OverviewReply
{
    /// <summary>When, in unix milliseconds.</summary>
    public long AtMs { get; init; }

    /// <summary>Name of the node that tells.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it serves.</summary>
    public bool Ready { get; init; }

    /// <summary>The ring, as <c>GET /v1/cluster</c>; null when it could not be asked in time.</summary>
    public ClusterReply? Cluster { get; init; }

    /// <summary>By id of the member; one that did not answer in time is not among them.</summary>
    public required IReadOnlyDictionary<string, MemberReply> Figures { get; init; }

    /// <summary>All of them together.</summary>
    public required MemberReply Total { get; init; }

    /// <summary>What moves between members, as far as they tell.</summary>
    public required IReadOnlyList<FlowReply> Flows { get; init; }

    /// <summary>What happened in the ring last, the newest first.</summary>
    public required IReadOnlyList<HappeningReply> Happenings { get; init; }
}

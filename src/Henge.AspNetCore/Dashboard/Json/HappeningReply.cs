namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>Something that happened in the ring.</summary>
internal sealed class HappeningReply
{
    /// <summary>When, in unix milliseconds.</summary>
    public long AtMs { get; init; }

    /// <summary>What, as in the metric henge.ring.events: member_joined, view_changed, …</summary>
    public required string Kind { get; init; }

    /// <summary>The member it is about; empty for the ring as a whole.</summary>
    public required string Member { get; init; }

    /// <summary>Details, in words; may be empty.</summary>
    public required string Text { get; init; }

    /// <summary>A number that belongs to it: slots, entries or milliseconds.</summary>
    public long Amount { get; init; }
}

namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>All that moves from one member to another.</summary>
internal sealed class FlowReply
{
    /// <summary>Id of the member that sends.</summary>
    public required string From { get; init; }

    /// <summary>Id of the member that receives.</summary>
    public required string To { get; init; }

    /// <summary>Slots it is about.</summary>
    public int Slots { get; init; }

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; init; }

    /// <summary>0 to 1, as far as known.</summary>
    public double Progress { get; init; }
}

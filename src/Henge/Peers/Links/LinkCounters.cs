namespace Henge.Peers.Links;

/// <summary>What the links of a node count; changed by <see cref="Interlocked"/>.</summary>
internal sealed class LinkCounters
{
    /// <summary>Links whose hello went well.</summary>
    public long Opened;

    /// <summary>Connections whose hello did not.</summary>
    public long TurnedAway;

    /// <summary>Links closed because a frame was changed on the way, forged, or made no sense.</summary>
    public long BadFrames;

    /// <summary>Links closed because the other side took nothing, or did not answer, for too long.</summary>
    public long Stuck;
}

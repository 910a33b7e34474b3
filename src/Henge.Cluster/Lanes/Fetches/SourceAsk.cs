namespace Henge.Cluster.Lanes.Fetches;

/// <summary>A question for a key at one of its sources.</summary>
internal struct SourceAsk
{
    /// <summary>Whom.</summary>
    public Peer Source;

    /// <summary>The number of the message that carried it; 0: it has not been sent, or its link broke.</summary>
    public ulong MessageId;

    /// <summary>Whether it was answered.</summary>
    public bool IsAnswered;

    /// <summary>Before when it is not sent again, on the monotonic clock.</summary>
    public long NotBeforeMs;
}

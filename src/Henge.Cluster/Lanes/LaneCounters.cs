namespace Henge.Cluster.Lanes;

/// <summary>What one lane counts; each is written by its thread alone.</summary>
internal sealed class LaneCounters
{
    /// <summary>Operations sent to another node.</summary>
    public long Forwarded;

    /// <summary>Operations carried out for other nodes.</summary>
    public long Served;

    /// <summary>Keys asked for because they had not arrived.</summary>
    public long Fetched;

    /// <summary>Records sent to replicas.</summary>
    public long Replicated;

    /// <summary>Records taken from owners.</summary>
    public long Merged;

    /// <summary>
    /// Records of others for which there was no room; they are not here though they were acknowledged.
    /// </summary>
    public long NoRoom;

    /// <summary>Operations tried again after a change of the ring.</summary>
    public long Retried;

    /// <summary>Operations that ended as not done.</summary>
    public long Refused;

    /// <summary>Operations that ended as unknown.</summary>
    public long Unknown;

    /// <summary>Writes whose records did not reach every copy in time.</summary>
    public long Unreplicated;

    /// <summary>Messages that made no sense.</summary>
    public long BadMessages;
}

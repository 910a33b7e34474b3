using Henge.Cluster.Lanes.Flights;
using Henge.Cluster.Lanes.Replicas;
using Henge.Cluster.Members;

namespace Henge.Cluster.Lanes;

/// <summary>Another member as one lane sees it: its data link and what is under way on it.</summary>
internal sealed class Peer(MemberId id)
{
    /// <summary>Who.</summary>
    public MemberId Id { get; } = id;

    /// <summary>Whether this lane's data link to it is up.</summary>
    public bool IsUp { get; set; }

    /// <summary>How many operations were sent to it and are not answered.</summary>
    public int InFlight { get; set; }

    /// <summary>Refusals of it seen on this link (<see cref="Answers"/> has the rule).</summary>
    public uint RefusalsSeen { get; set; }

    /// <summary>Records for it, not sent yet.</summary>
    public RecordQueue Unsent { get; } = new();

    /// <summary>Records sent and not acknowledged.</summary>
    public RecordQueue Sent { get; } = new();

    /// <summary>The number of the first in <see cref="Sent"/>.</summary>
    public ulong FirstSent { get; set; } = 1;

    /// <summary>Whether it may be forgotten once its member is.</summary>
    public bool IsIdle => !IsUp && InFlight == 0 && Unsent.Count == 0 && Sent.Count == 0;
}

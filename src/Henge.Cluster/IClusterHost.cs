using Henge.Cluster.Members;

namespace Henge.Cluster;

/// <summary>
/// What the cluster core asks of its surroundings: the node, or the simulator. No call waits, none calls back into the
/// core before it returns.
/// </summary>
internal interface IClusterHost
{
    /// <summary>
    /// Queues a message to a member on its control or bulk link (the one dialled from here where it is up, else the one
    /// the member dialled); false when there is none or its queue is full.
    /// </summary>
    bool TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message);

    /// <summary>
    /// Tries once to open links to host:port, in the background; the name is resolved anew. Ends in
    /// <see cref="ClusterCore.LinkUp"/> or <see cref="ClusterCore.DialFailed"/>. A dial under way is not repeated.
    /// </summary>
    void Dial(string address);

    /// <summary>Closes all links with a member (it is dead, left, or superseded by a newer boot).</summary>
    void Hangup(MemberId member);

    /// <summary>
    /// Hands a new snapshot to the lanes. Each calls <see cref="ClusterCore.Quiesced"/> (on the core's thread) when its
    /// writes under way on slots that are not this node's any more are settled.
    /// </summary>
    void Publish(ClusterSnapshot snapshot);

    /// <summary>
    /// Has <see cref="FirstLevels.Teller.Send()"/> called soon on the core's thread. May be called from any thread, and
    /// with a shard of the store locked.
    /// </summary>
    void Wake();

    /// <summary>Something that a person or a counter should know.</summary>
    void Report(ClusterEvent happened);
}

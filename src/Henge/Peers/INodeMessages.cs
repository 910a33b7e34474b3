using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Peers;

/// <summary>
/// Gets what members tell this node beside what concerns the ring itself (<see cref="MessageKind.Interest"/>).
/// Called on the cluster thread, after the cluster core has had its turn.
/// </summary>
internal interface INodeMessages
{
    /// <summary>A control link with a member is up, so messages to it may be sent.</summary>
    void LinkUp(MemberId peer);

    /// <summary>The last control link with a member is down.</summary>
    void LinkDown(MemberId peer);

    /// <summary>
    /// A message of a kind that is the node's; false when it makes no sense, and then the link is closed.
    /// </summary>
    bool Receive(MemberId from, ReadOnlySpan<byte> message);
}

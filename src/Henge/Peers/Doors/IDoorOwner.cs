using System.Net;

using Henge.Cluster;
using Henge.Peers.Links;
using Henge.Protocol.Peers.Hellos;

namespace Henge.Peers.Doors;

/// <summary>What the door asks and tells. Called on the door's thread: it must not wait.</summary>
internal interface IDoorOwner
{
    /// <summary>How this node describes itself now, for a link of a kind, with a new nonce.</summary>
    Hello Describe(LinkKind kind);

    /// <summary>A hello is done; the connection is the owner's now.</summary>
    void Met(MetPeer peer);

    /// <summary>A dial came to nothing.</summary>
    /// <param name="request">What was wanted.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="refusal">Which side of the hello failed; None when there was none.</param>
    /// <param name="isByPeer">Whether the other side refused.</param>
    void DialFailed(DialRequest request, DownReason reason, Refusal refusal, bool isByPeer);

    /// <summary>A stranger at the door was sent away.</summary>
    void TurnedAway(IPEndPoint remote, Refusal why);
}

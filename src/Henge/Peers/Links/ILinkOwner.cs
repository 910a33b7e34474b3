using Henge.Protocol.Peers;

namespace Henge.Peers.Links;

/// <summary>Gets the messages of the links of a <see cref="LinkSet"/>.</summary>
internal interface ILinkOwner
{
    /// <summary>
    /// A frame came; its bytes end with the call. The link may be given up in it (<see cref="PeerLink.Lose"/>): then
    /// no further message of it counts.
    /// </summary>
    void Receive(PeerLink link, FrameMessages messages);

    /// <summary>A link is about to be closed; <see cref="PeerLink.Lost"/> says why.</summary>
    void Closing(PeerLink link);
}

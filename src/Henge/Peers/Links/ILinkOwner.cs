namespace Henge.Peers.Links;

/// <summary>Gets the messages of the links of a <see cref="LinkSet"/>.</summary>
internal interface ILinkOwner
{
    /// <summary>
    /// A message came; its bytes end with the call. The link may be given up in it (<see cref="PeerLink.Lose"/>).
    /// </summary>
    void Receive(PeerLink link, ReadOnlySpan<byte> message);

    /// <summary>A link is about to be closed; <see cref="PeerLink.Lost"/> says why.</summary>
    void Closing(PeerLink link);
}

namespace Henge.Peers.Links;

/// <summary>Watches the sockets of links for a thread: its own poll, or the queue of a loop.</summary>
internal interface ILinkWatch
{
    /// <summary>Watches a new link for what comes.</summary>
    void Add(PeerLink link);

    /// <summary>Watches it for room to write as well, or no longer.</summary>
    void SetWriting(PeerLink link, bool writing);

    /// <summary>Watches it no longer; it is about to be closed.</summary>
    void Remove(PeerLink link);
}

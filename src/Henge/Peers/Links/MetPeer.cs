using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Protocol.Peers;

namespace Henge.Peers.Links;

/// <summary>A connection whose hello is done: what it takes to make a link of it.</summary>
internal sealed class MetPeer
{
    /// <summary>The connection; whoever has this owns it.</summary>
    public required PeerChannel Channel { get; init; }

    /// <summary>The other node as it described itself.</summary>
    public required Member Member { get; init; }

    /// <summary>What the link is for.</summary>
    public required LinkKind Kind { get; init; }

    /// <summary>The lane whose link it is, where this node dialled a data link.</summary>
    public int Lane { get; init; }

    /// <summary>The address that was dialled; null when the peer dialled.</summary>
    public string? Dialled { get; init; }

    /// <summary>Of the frames that go out.</summary>
    public required FrameSeal Sending { get; init; }

    /// <summary>Of the frames that come in.</summary>
    public required FrameSeal Receiving { get; init; }

    /// <summary>Longest message either way.</summary>
    public required int MaxMessageBytes { get; init; }
}

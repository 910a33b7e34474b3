using Henge.Peers.Doors;

namespace Henge.Peers.Links;

/// <summary>One link that <see cref="LinkKeeper"/> keeps.</summary>
/// <param name="request">How it is dialled.</param>
internal sealed class KeptLink(DialRequest request)
{
    /// <summary>How it is dialled.</summary>
    public DialRequest Request { get; } = request;

    /// <summary>Whether it is up.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether it is being dialled.</summary>
    public bool IsDialling { get; set; }

    /// <summary>When it is dialled next, while it is neither.</summary>
    public long DueMs { get; set; }

    /// <summary>The pause before the next dial but one.</summary>
    public int PauseMs { get; set; }
}

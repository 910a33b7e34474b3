namespace Henge.Protocol.Peers;

/// <summary>What <see cref="FrameReader.Read"/> found.</summary>
internal enum FrameStatus : byte
{
    /// <summary>No whole frame; what is there so far is well formed.</summary>
    NeedMore,

    /// <summary>A whole frame whose check fits.</summary>
    Frame,

    /// <summary>The other side announces more than is allowed, or its lengths lie: close the link.</summary>
    Malformed,

    /// <summary>
    /// The check does not fit: bytes were changed on the way, or somebody else speaks. Close the link.
    /// </summary>
    Forged,
}

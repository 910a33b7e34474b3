namespace Henge.Protocol.Peers;

/// <summary>
/// The shape of what goes over a link after the hello, little-endian:
/// <code>
/// frame:    u32 length of the body | body | check (4 or 16 bytes, see FrameSeal)
/// body:     one message after another
/// message:  u32 length | bytes, of which the first says what it is
/// </code>
/// </summary>
internal static class FrameFormat
{
    /// <summary>Bytes of a length.</summary>
    public const int LengthBytes = sizeof(uint);

    /// <summary>Longest body of a frame with more than one message.</summary>
    public const int MaxBodyBytes = 4 << 20;

    /// <summary>
    /// A body that has reached this length is closed: the other side can begin with it while the next is on its way.
    /// </summary>
    public const int PreferredBodyBytes = 128 << 10;
}

using System.Buffers.Binary;

namespace Henge.Protocol.Peers;

/// <summary>
/// Finds frames in received bytes and checks them: the input of one link. It keeps no bytes; lengths are judged as soon
/// as they are there, so a caller never makes room for one that is not allowed. After anything but
/// <see cref="FrameStatus.NeedMore"/> and <see cref="FrameStatus.Frame"/> the link must be closed.
/// </summary>
internal sealed class FrameReader
{
    private readonly FrameSeal _seal;
    private readonly long _maxMessageBytes;

    /// <summary>Begins with the first frame.</summary>
    /// <param name="seal">Of the direction that it receives.</param>
    /// <param name="maxMessageBytes">
    /// Longest message; one that is longer than a frame of many messages may be stands alone in its frame.
    /// </param>
    public FrameReader(FrameSeal seal, int maxMessageBytes)
    {
        _seal = seal;
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>Bytes of the frame that is not whole yet; 0 while its length is not known.</summary>
    public long WantedBytes { get; private set; }

    /// <summary>Reads a frame off the start of what has been received.</summary>
    /// <param name="received">What has been received and not consumed.</param>
    /// <param name="messages">The messages of a whole frame, in <paramref name="received"/>.</param>
    /// <param name="consumed">Bytes of the frame; 0 when it is not whole.</param>
    public FrameStatus Read(ReadOnlySpan<byte> received, out FrameMessages messages, out int consumed)
    {
        messages = default;
        consumed = 0;
        WantedBytes = 0;
        if (received.Length < 2 * FrameFormat.LengthBytes)
        {
            return FrameStatus.NeedMore;
        }
        long length = BinaryPrimitives.ReadUInt32LittleEndian(received);
        long first = BinaryPrimitives.ReadUInt32LittleEndian(received[FrameFormat.LengthBytes..]);
        bool isAlone = first + FrameFormat.LengthBytes == length;
        if (first == 0 || first + FrameFormat.LengthBytes > length
            || (isAlone ? first > _maxMessageBytes : length > FrameFormat.MaxBodyBytes))
        {
            return FrameStatus.Malformed;
        }
        WantedBytes = FrameFormat.LengthBytes + length + _seal.Bytes;
        if (received.Length < WantedBytes)
        {
            return FrameStatus.NeedMore;
        }
        ReadOnlySpan<byte> body = received.Slice(FrameFormat.LengthBytes, (int)length);
        consumed = (int)WantedBytes;
        WantedBytes = 0;
        if (!_seal.Verify(body, received[(consumed - _seal.Bytes)..consumed]))
        {
            return FrameStatus.Forged;
        }
        messages = new FrameMessages(body);
        return messages.AreWellFormed(_maxMessageBytes) ? FrameStatus.Frame : FrameStatus.Malformed;
    }
}

using System.Buffers.Binary;

namespace Henge.Protocol.Peers;

/// <summary>The messages of one frame, in order: for use with foreach. They lie in what was received.</summary>
internal ref struct FrameMessages
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>The messages of a body.</summary>
    public FrameMessages(ReadOnlySpan<byte> body) => _rest = body;

    /// <summary>The message at hand; never empty in a frame that was read.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Begins with the first.</summary>
    public readonly FrameMessages GetEnumerator() => this;

    /// <summary>Goes on to the next; false after the last.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        Current = _rest.Slice(FrameFormat.LengthBytes, length);
        _rest = _rest[(FrameFormat.LengthBytes + length)..];
        return true;
    }

    /// <summary>Whether the lengths fill the body exactly, and no message is empty or too long.</summary>
    public readonly bool AreWellFormed(long maxMessageBytes)
    {
        ReadOnlySpan<byte> rest = _rest;
        while (!rest.IsEmpty)
        {
            if (rest.Length < FrameFormat.LengthBytes)
            {
                return false;
            }
            long length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (length == 0 || length > maxMessageBytes || length > rest.Length - FrameFormat.LengthBytes)
            {
                return false;
            }
            rest = rest[(FrameFormat.LengthBytes + (int)length)..];
        }
        return true;
    }
}

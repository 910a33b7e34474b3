using System.Buffers.Binary;

namespace Henge.Protocol.Peers.Hellos;

/// <summary>
/// The frame of the messages of a hello: <c>0x00 'H' 'N' 'G' | u8 kind | u8 0 | u16 length | body</c>. The first bytes
/// begin nothing else that is spoken on the port. Nothing here is longer than a kilobyte, since a stranger sends it.
/// </summary>
internal static class HelloMessage
{
    /// <summary>Bytes before the body.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Longest message, header included.</summary>
    public const int MaxBytes = 1024;

    /// <summary>What every message begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "\0HNG"u8;

    /// <summary>A message.</summary>
    public static byte[] Of(HelloKind kind, ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[HeaderBytes + body.Length];
        Magic.CopyTo(message);
        message[4] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), checked((ushort)body.Length));
        body.CopyTo(message.AsSpan(HeaderBytes));
        return message;
    }

    /// <summary>
    /// Bytes that are still missing of the message that begins like this; 0 when it is whole, -1 when it is none.
    /// </summary>
    public static int Missing(ReadOnlySpan<byte> received)
    {
        if (!received.StartsWith(Magic[..Math.Min(Magic.Length, received.Length)]))
        {
            return -1;
        }
        if (received.Length < HeaderBytes)
        {
            return HeaderBytes - received.Length;
        }
        int length = HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(received[6..]);
        return length <= MaxBytes && length >= received.Length ? length - received.Length : -1;
    }
}

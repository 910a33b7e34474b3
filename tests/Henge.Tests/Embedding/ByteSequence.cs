using System.Buffers;

namespace Henge.Tests.Embedding;

/// <summary>Sequences of several pieces.</summary>
internal static class ByteSequence
{
    public static ReadOnlySequence<byte> Of(byte[] value, int piece)
    {
        var first = new BytePiece(value.AsMemory(0, Math.Min(piece, value.Length)), null);
        BytePiece last = first;
        for (int at = piece; at < value.Length; at += piece)
        {
            last = new BytePiece(value.AsMemory(at, Math.Min(piece, value.Length - at)), last);
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>A good piece, and one whose memory cannot be read.</summary>
    public static ReadOnlySequence<byte> Broken(int good, int bad)
    {
        var first = new BytePiece(new byte[good], null);
        var last = new BytePiece(new GoneMemory(bad).Memory, first);
        return new ReadOnlySequence<byte>(first, 0, last, bad);
    }
}

using System.Buffers;

namespace Henge.Tests.Embedding;

/// <summary>One piece of a sequence.</summary>
internal sealed class BytePiece : ReadOnlySequenceSegment<byte>
{
    public BytePiece(ReadOnlyMemory<byte> memory, BytePiece? before)
    {
        Memory = memory;
        if (before is not null)
        {
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}

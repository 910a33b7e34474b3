using System.Buffers;

namespace Henge.Tests.Embedding;

/// <summary>Memory that was given back.</summary>
internal sealed class GoneMemory(int length) : MemoryManager<byte>
{
    public override Memory<byte> Memory => CreateMemory(length);

    public override Span<byte> GetSpan() => throw new ObjectDisposedException(nameof(GoneMemory));

    public override MemoryHandle Pin(int elementIndex = 0) => throw new ObjectDisposedException(nameof(GoneMemory));

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

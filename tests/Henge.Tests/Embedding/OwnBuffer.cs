using System.Buffers;

namespace Henge.Tests.Embedding;

/// <summary>A buffer that does something of its own whenever it is asked for room.</summary>
internal sealed class OwnBuffer(Action asked) : IBufferWriter<byte>
{
    private byte[] _room = new byte[16];

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        asked();
        if (_room.Length < sizeHint)
        {
            _room = new byte[sizeHint];
        }
        return _room;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}

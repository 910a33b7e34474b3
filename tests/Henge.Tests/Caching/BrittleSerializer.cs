using System.Buffers;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Tests.Caching;

/// <summary>Writes one byte that says whether reading it throws.</summary>
internal sealed class BrittleSerializer : IHybridCacheSerializer<Brittle>
{
    public Brittle Deserialize(ReadOnlySequence<byte> source) => source.FirstSpan[0] == 1
        ? throw new FormatException("cannot read") : new Brittle();

    public void Serialize(Brittle value, IBufferWriter<byte> target)
    {
        if (value.ThrowsOnWrite)
        {
            throw new FormatException("cannot write");
        }
        target.Write([value.ThrowsOnRead ? (byte)1 : (byte)0]);
    }
}

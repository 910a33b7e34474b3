using System.Buffers;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Levels;

/// <summary>Arrays of bytes as they are. Null has no bytes and is not cached.</summary>
internal sealed class ByteSerializer : IHybridCacheSerializer<byte[]>
{
    /// <inheritdoc/>
    public byte[] Deserialize(ReadOnlySequence<byte> source) => source.ToArray();

    /// <inheritdoc/>
    public void Serialize(byte[] value, IBufferWriter<byte> target)
    {
        target.Write(value);
    }
}

using System.Buffers;
using System.Text;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Levels;

/// <summary>Texts in UTF-8, as all clients of the ring read them. Null has no bytes and is not cached.</summary>
internal sealed class TextSerializer : IHybridCacheSerializer<string>
{
    /// <inheritdoc/>
    public string Deserialize(ReadOnlySequence<byte> source) => Encoding.UTF8.GetString(source);

    /// <inheritdoc/>
    public void Serialize(string value, IBufferWriter<byte> target)
    {
        Encoding.UTF8.GetBytes(value, target);
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Levels;

/// <summary>Any other type as JSON, by System.Text.Json.</summary>
/// <param name="options">How.</param>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Codecs.WhenTrimmed)]
internal sealed class JsonTextSerializer<T>(JsonSerializerOptions options) : IHybridCacheSerializer<T>
{
    /// <inheritdoc/>
    public T Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = new Utf8JsonReader(source);
        return JsonSerializer.Deserialize<T>(ref reader, options)!;
    }

    /// <inheritdoc/>
    public void Serialize(T value, IBufferWriter<byte> target)
    {
        using var writer = new Utf8JsonWriter(target);
        JsonSerializer.Serialize(writer, value, options);
    }
}

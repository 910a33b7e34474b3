using System.Buffers;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Levels;

/// <summary>Turns the values of a type into bytes and back, and knows whether one object can serve all.</summary>
/// <param name="serializer">What does it.</param>
/// <typeparam name="T">The type.</typeparam>
internal sealed class Codec<T>(IHybridCacheSerializer<T> serializer)
{
    /// <summary>Whether an object of the type is kept as it is and given to every reader.</summary>
    public bool IsImmutable { get; } = ImmutableTypes.Contains<T>();

    /// <summary>Whether a value has bytes at all: a null text or array has none that would not be another's.</summary>
    public bool CanWrite(T value) => value is not null || serializer is not (TextSerializer or ByteSerializer);

    /// <summary>The bytes of a value; nobody else has them.</summary>
    /// <exception cref="Exception">Whatever the serializer throws.</exception>
    public ReadOnlyMemory<byte> Encode(T value)
    {
        var writer = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, writer);
        return writer.WrittenMemory;
    }

    /// <summary>The value of some bytes.</summary>
    /// <exception cref="Exception">Whatever the serializer throws.</exception>
    public T Decode(ReadOnlyMemory<byte> bytes) => serializer.Deserialize(new ReadOnlySequence<byte>(bytes));
}

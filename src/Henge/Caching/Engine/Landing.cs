using Henge.Caching.Levels;

namespace Henge.Caching.Engine;

/// <summary>
/// What a flight brought: the first who takes it gets the value itself; of a type that may change, each after gets an
/// object of its own, made from its bytes. Where there are none, since the value cannot be serialized, all share it.
/// </summary>
/// <param name="value">The value.</param>
/// <param name="bytes">Its bytes where it has any; not changed any more.</param>
/// <param name="codec">Reads them.</param>
internal sealed class Landing<T>(T value, ReadOnlyMemory<byte>? bytes, Codec<T> codec)
{
    private int _isTaken;

    /// <summary>The value for one caller.</summary>
    /// <exception cref="Exception">Whatever the serializer throws that wrote it and cannot read it.</exception>
    public T Take() =>
        codec.IsImmutable || Interlocked.Exchange(ref _isTaken, 1) == 0 || bytes is not { } written
            ? value : codec.Decode(written);
}

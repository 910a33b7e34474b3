using System.Diagnostics.CodeAnalysis;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Tests.Caching;

/// <summary>A factory that has a serializer for <see cref="Brittle"/> alone.</summary>
internal sealed class BrittleFactory : IHybridCacheSerializerFactory
{
    public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
    {
        serializer = typeof(T) == typeof(Brittle) ? (IHybridCacheSerializer<T>)(object)new BrittleSerializer() : null;
        return serializer is not null;
    }
}

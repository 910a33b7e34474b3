using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Henge.Caching.Levels;

/// <summary>
/// The codec of each type: the serializer registered for it; else that of the factory registered last which has one;
/// else texts and bytes as they are and all else as JSON. JSON goes by the options registered under the key
/// <c>typeof(IHybridCacheSerializer&lt;T&gt;)</c>, or for all types under that of the open type, as the platform's own
/// cache does. Thread safe.
/// </summary>
/// <param name="services">Where serializers and factories are registered.</param>
internal sealed class Codecs(IServiceProvider services)
{
    /// <summary>Why JSON by reflection breaks no trimmed application by surprise.</summary>
    public const string WhenTrimmed =
        "A trimmed application registers serializers, or options with a source-generated resolver (docs/dotnet.md); "
        + "without, reflection is off there, and the serializer throws and says so.";

    private readonly ConcurrentDictionary<Type, object> _codecs = new();

    /// <summary>The codec of a type.</summary>
    /// <exception cref="Exception">Whatever a factory throws.</exception>
    public Codec<T> Of<T>() => (Codec<T>)_codecs.GetOrAdd(
        typeof(T), static (_, codecs) => new Codec<T>(codecs.SerializerOf<T>()), this);

    private IHybridCacheSerializer<T> SerializerOf<T>()
    {
        if (services.GetService<IHybridCacheSerializer<T>>() is { } registered)
        {
            return registered;
        }
        foreach (var factory in services.GetServices<IHybridCacheSerializerFactory>().Reverse())
        {
            if (factory.TryCreateSerializer(out IHybridCacheSerializer<T>? made))
            {
                return made;
            }
        }
        if (typeof(T) == typeof(string))
        {
            return (IHybridCacheSerializer<T>)(object)new TextSerializer();
        }
        return typeof(T) == typeof(byte[])
            ? (IHybridCacheSerializer<T>)(object)new ByteSerializer() : new JsonTextSerializer<T>(OptionsOf<T>());
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = WhenTrimmed)]
    private JsonSerializerOptions OptionsOf<T>() =>
        services.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<T>))
        ?? services.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>))
        ?? JsonSerializerOptions.Default;
}

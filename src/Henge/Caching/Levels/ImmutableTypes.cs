using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Henge.Caching.Levels;

/// <summary>
/// Which types one object can be given to all readers of: text, values without references, and sealed types that say so
/// (<c>[ImmutableObject(true)]</c>). Of any other type each reader gets an object of its own.
/// </summary>
internal static class ImmutableTypes
{
    /// <summary>Whether a type is one; the application vouches for the attribute.</summary>
    public static bool Contains<T>()
    {
        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return type == typeof(string)
            || (type.IsValueType && !RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            || (type.IsSealed && Attribute.GetCustomAttribute(type, typeof(ImmutableObjectAttribute))
                is ImmutableObjectAttribute { Immutable: true });
    }
}

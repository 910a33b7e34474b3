using System.Text;

using Henge.Storage;

namespace Henge.Commands.Arguments;

/// <summary>The names of types on the wire.</summary>
internal static class TypeNames
{
    /// <summary>The name of a type; "none" for no entry.</summary>
    public static ReadOnlySpan<byte> Of(EntryType type) => type switch
    {
        EntryType.String => "string"u8,
        EntryType.Hash => "hash"u8,
        _ => "none"u8,
    };

    /// <summary>The type a name in any case stands for; None where no entry can have it.</summary>
    public static EntryType Parse(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "string"u8) ? EntryType.String
        : Ascii.EqualsIgnoreCase(name, "hash"u8) ? EntryType.Hash
        : EntryType.None;
}

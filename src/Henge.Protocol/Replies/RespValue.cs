using System.Globalization;
using System.Text;

namespace Henge.Protocol.Replies;

/// <summary>One reply as a client reads it. Immutable.</summary>
internal sealed class RespValue
{
    /// <summary>What it is.</summary>
    public required RespValueKind Kind { get; init; }

    /// <summary>Text or bytes of those kinds that have them; else empty.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>The value of an integer, 1 or 0 of a boolean.</summary>
    public long Integer { get; init; }

    /// <summary>The value of a double.</summary>
    public double Double { get; init; }

    /// <summary>The values in an array, set or push; keys and values in turn of a map.</summary>
    public IReadOnlyList<RespValue> Items { get; init; } = [];

    /// <summary>Whether it says that the command failed.</summary>
    public bool IsError => Kind is RespValueKind.Error or RespValueKind.BulkError;

    /// <summary>Whether it stands for no value.</summary>
    public bool IsNull => Kind == RespValueKind.Null;

    /// <summary>Its bytes as UTF-8, or its number as text.</summary>
    public string Text => Kind switch
    {
        RespValueKind.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        RespValueKind.Boolean => Integer != 0 ? "true" : "false",
        RespValueKind.Double => Double.ToString("R", CultureInfo.InvariantCulture),
        _ => Encoding.UTF8.GetString(Bytes),
    };

    /// <summary>For people: kind and content, those of nested values included.</summary>
    public override string ToString() => Items.Count == 0 && Kind is not (RespValueKind.Array or RespValueKind.Map)
        ? $"{(char)Kind}{Text}"
        : $"{(char)Kind}[{string.Join(", ", Items)}]";
}

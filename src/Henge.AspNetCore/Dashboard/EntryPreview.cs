using System.Text;
using System.Text.Unicode;

using Henge.AspNetCore.Dashboard.Json;
using Henge.Commands.Hashes;
using Henge.Storage;

namespace Henge.AspNetCore.Dashboard;

/// <summary>The beginning of a value for people, bounded whatever is stored.</summary>
internal static class EntryPreview
{
    /// <summary>Bytes of a string that are shown; default 4 KiB: a page of text.</summary>
    private const int MaxBytes = 4096;

    /// <summary>Fields of a hash that are shown.</summary>
    private const int MaxFields = 50;

    /// <summary>Bytes of a field's name, and of its value, that are shown.</summary>
    private const int MaxFieldBytes = 256;

    /// <summary>The longest UTF-8 sequence but one byte: so much of a character may be cut off.</summary>
    private const int MaxCut = 3;

    /// <summary>What is shown of a value.</summary>
    public static PreviewReply Of(EntryType type, ReadOnlySpan<byte> value) =>
        type == EntryType.Hash ? OfHash(value) : OfBytes(value, MaxBytes);

    private static PreviewReply OfHash(ReadOnlySpan<byte> value)
    {
        var fields = new List<PreviewField>();
        foreach (HashRecord record in HashValue.All(value))
        {
            if (fields.Count == MaxFields)
            {
                break;
            }
            fields.Add(new PreviewField
            {
                Name = OfBytes(record.Field, MaxFieldBytes),
                Value = OfBytes(record.Value, MaxFieldBytes),
            });
        }
        int count = HashValue.Count(value);
        return new PreviewReply { Truncated = count > fields.Count, Fields = fields, FieldCount = count };
    }

    private static PreviewReply OfBytes(ReadOnlySpan<byte> value, int limit)
    {
        bool isCut = value.Length > limit;
        ReadOnlySpan<byte> shown = isCut ? value[..limit] : value;
        ReadOnlySpan<byte> text = shown;
        for (int cut = 0; isCut && cut < MaxCut && !Utf8.IsValid(text); cut++)
        {
            text = text[..^1];
        }
        return Utf8.IsValid(text)
            ? new PreviewReply { Truncated = isCut, Text = Encoding.UTF8.GetString(text) }
            : new PreviewReply { Truncated = isCut, Base64 = Convert.ToBase64String(shown) };
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

using Henge.AspNetCore.Replies;
using Henge.Commands;
using Henge.Storage.Visits;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// Copies the keys that a scan meets: all, those that match a glob, or those that begin with a prefix.
/// </summary>
internal readonly struct KeyCollector : IEntryVisitor
{
    private readonly byte[]? _match;
    private readonly byte[]? _prefix;
    private readonly List<byte[]> _keys;

    internal KeyCollector(byte[]? match, byte[]? prefix)
    {
        _match = match;
        _prefix = prefix;
        _keys = [];
    }

    /// <summary>Keys found.</summary>
    public int Count => _keys.Count;

    /// <summary>The keys found.</summary>
    public IReadOnlyList<byte[]> Keys => _keys;

    /// <summary>Adds a key that another node has found.</summary>
    public void Add(ReadOnlySpan<byte> key) => _keys.Add(key.ToArray());

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        if ((_match is null || Glob.Matches(_match, entry.Key)) && (_prefix is null || entry.Key.StartsWith(_prefix)))
        {
            _keys.Add(entry.Key.ToArray());
        }
    }

    /// <summary>
    /// Writes <c>{"keys":[…],"cursor":"…"}</c>. Keys that are not UTF-8 cannot stand in JSON as they are: they are
    /// listed
    /// apart, in base64url, under <c>binary_keys</c>.
    /// </summary>
    public void Write(IBufferWriter<byte> output, bool base64, ulong cursor)
    {
        using var json = new Utf8JsonWriter(output, JsonReply.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("keys"u8);
        bool binary = false;
        foreach (byte[] key in _keys)
        {
            if (base64)
            {
                json.WriteStringValue(Base64Url.EncodeToUtf8(key));
            }
            else if (Utf8.IsValid(key))
            {
                json.WriteStringValue(key);
            }
            else
            {
                binary = true;
            }
        }
        json.WriteEndArray();
        if (binary)
        {
            WriteBinary(json);
        }
        json.WriteString("cursor"u8, cursor.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private void WriteBinary(Utf8JsonWriter json)
    {
        json.WriteStartArray("binary_keys"u8);
        foreach (byte[] key in _keys)
        {
            if (!Utf8.IsValid(key))
            {
                json.WriteStringValue(Base64Url.EncodeToUtf8(key));
            }
        }
        json.WriteEndArray();
    }
}

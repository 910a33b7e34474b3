namespace Henge.Commands.Hashes;

/// <summary>
/// The form of small hashes: records one behind the other, in the order in which the fields came, found by walking.
/// <code>
/// 0        1         2
/// | form 1 | fields  | record | record | ... | room that is not used |
/// </code>
/// Two bytes and two more per field is all it costs. Reading goes by the number of fields, so bytes behind the last
/// record mean nothing. Pure functions over the value's bytes.
/// </summary>
internal static class CompactHash
{
    /// <summary>Byte 0 of this form.</summary>
    public const byte Form = 1;

    /// <summary>Bytes before the first record.</summary>
    public const int HeaderBytes = 2;

    /// <summary>Most fields, however short: walking more costs as much as an index.</summary>
    public const int MaxFields = 128;

    /// <summary>
    /// Bytes above which only <see cref="MaxLargeFields"/> stay in this form, as a change moves what follows.
    /// </summary>
    public const int MaxBytes = 4096;

    /// <summary>
    /// Most fields of a larger value: walking them is cheap, and a value can be replaced in its place.
    /// </summary>
    public const int MaxLargeFields = 8;

    /// <summary>Whether a hash of that shape stays in this form.</summary>
    public static bool Fits(int fields, long bytes) =>
        fields <= MaxLargeFields || (fields <= MaxFields && bytes <= MaxBytes);

    /// <summary>Number of fields.</summary>
    public static int Count(ReadOnlySpan<byte> bytes) => bytes[1];

    /// <summary>Makes an empty one of zeroed bytes.</summary>
    public static void Create(Span<byte> bytes)
    {
        bytes[0] = Form;
        bytes[1] = 0;
    }

    /// <summary>Where the record of a field begins; -1 when it is not there.</summary>
    public static int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field)
    {
        int at = HeaderBytes;
        for (int left = Count(bytes); left > 0; left--)
        {
            HashRecord record = HashRecord.Read(bytes, at);
            if (record.Field.SequenceEqual(field))
            {
                return at;
            }
            at = record.End;
        }
        return -1;
    }

    /// <summary>Where the last record ends.</summary>
    public static int End(ReadOnlySpan<byte> bytes)
    {
        int at = HeaderBytes;
        for (int left = Count(bytes); left > 0; left--)
        {
            at = HashRecord.Read(bytes, at).End;
        }
        return at;
    }

    /// <summary>Puts a new record behind the last one, at <paramref name="end"/>; there must be room.</summary>
    public static void Append(Span<byte> bytes, int end, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        HashRecord.Write(bytes, end, field, value);
        bytes[1]++;
    }

    /// <summary>Replaces the record at a position; there must be room for what it grows by.</summary>
    public static void Replace(
        Span<byte> bytes, int at, int end, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        int oldEnd = HashRecord.Read(bytes, at).End;
        int newEnd = at + (int)HashRecord.Size(field, value);
        bytes[oldEnd..end].CopyTo(bytes[newEnd..]);
        HashRecord.Write(bytes, at, field, value);
    }

    /// <summary>Takes the record at a position out.</summary>
    public static void Delete(Span<byte> bytes, int at, int end)
    {
        int next = HashRecord.Read(bytes, at).End;
        bytes[next..end].CopyTo(bytes[at..]);
        bytes[1]--;
    }
}

using Henge.Storage;

namespace Henge.Cluster.Messages;

/// <summary>
/// Entries and tombstones on the wire:
/// <code>
/// u32 key length | u32 value length | u16 attribute length | u8 type (0: tombstone) | u8 0 | i64 expiry | u64 version
/// key | attributes | value
/// </code>
/// </summary>
internal static class RecordCodec
{
    /// <summary>Bytes before the key.</summary>
    public const int HeaderBytes = 28;

    /// <summary>Bytes that a record takes.</summary>
    public static int SizeOf(in EntryRecord record) =>
        HeaderBytes + record.Key.Length + record.Attributes.Length + record.Value.Length;

    /// <summary>Writes a record.</summary>
    public static void Write(MessageWriter writer, in EntryRecord record)
    {
        writer.UInt32((uint)record.Key.Length);
        writer.UInt32((uint)record.Value.Length);
        writer.UInt16((ushort)record.Attributes.Length);
        writer.Byte((byte)record.Type);
        writer.Byte(0);
        writer.Int64(record.ExpiresAtMs);
        writer.UInt64(record.Version);
        writer.Raw(record.Key);
        writer.Raw(record.Attributes);
        writer.Raw(record.Value);
    }

    /// <summary>Reads a record into spans of the message; what makes no sense fails the reader.</summary>
    public static EntryRecord Read(ref MessageReader reader)
    {
        uint keyLength = reader.UInt32();
        uint valueLength = reader.UInt32();
        int attributeLength = reader.UInt16();
        byte type = reader.Byte();
        reader.Byte();
        long expiry = reader.Int64();
        ulong version = reader.UInt64();
        if (keyLength > StoreOptions.MaxKeyBytes || valueLength > int.MaxValue
            || attributeLength > StoreOptions.MaxAttributeBytes || type > (byte)EntryType.Hash || expiry < 0
            || (type == 0 && valueLength + (uint)attributeLength != 0))
        {
            reader.Fail();
            return default;
        }
        ReadOnlySpan<byte> key = reader.Raw((int)keyLength);
        ReadOnlySpan<byte> attributes = reader.Raw(attributeLength);
        ReadOnlySpan<byte> value = reader.Raw((int)valueLength);
        return new EntryRecord
        {
            Key = key,
            Attributes = attributes,
            Value = value,
            Type = (EntryType)type,
            ExpiresAtMs = expiry,
            Version = version,
        };
    }
}

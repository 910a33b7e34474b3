using Henge.Storage;

namespace Henge.Tests.Storage.Records;

/// <summary>A record with bytes of its own, that tests can keep and compare.</summary>
internal sealed record RecordBox(
    string Key, EntryType Type, string Value, string Attributes, long ExpiresAtMs, ulong Version)
{
    public bool IsTombstone => Type == EntryType.None;

    public static RecordBox Tombstone(string key, ulong version) => new(key, EntryType.None, "", "", 0, version);

    public static RecordBox Of(in EntryRecord record) => new(
        Text(record.Key), record.Type, Text(record.Value), Text(record.Attributes), record.ExpiresAtMs, record.Version);

    /// <summary>Merges it into a store.</summary>
    public MergeResult MergeInto(Store store, long nowMs, bool checksFloor = false)
    {
        EntryRecord record = ToRecord();
        return store.Merge(in record, checksFloor, nowMs);
    }

    public EntryRecord ToRecord() => new()
    {
        Key = Bytes(Key),
        Value = Bytes(Value),
        Attributes = Bytes(Attributes),
        Type = Type,
        ExpiresAtMs = ExpiresAtMs,
        Version = Version,
    };

    public static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}

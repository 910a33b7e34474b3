using System.Buffers.Binary;

using Henge.Storage;
using Henge.Storage.Indexing;

namespace Henge.Cluster.Repairs.Digests;

/// <summary>
/// Hashes of keys and contents that different nodes compare, so their seed is fixed. They guard against accident, not
/// against an adversary, who could only hide a difference in entries of his own.
/// </summary>
internal static class Fingerprint
{
    private static readonly KeyHasher s_hasher = new(seed: 0x52657061697273);

    /// <summary>Of a key.</summary>
    public static ulong OfKey(ReadOnlySpan<byte> key) => s_hasher.Hash(key);

    /// <summary>Of all that copies must have alike beside key and version.</summary>
    public static ulong OfContent(in EntryRecord record)
    {
        Span<byte> words = stackalloc byte[4 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, s_hasher.Hash(record.Value));
        BinaryPrimitives.WriteUInt64LittleEndian(words[8..], s_hasher.Hash(record.Attributes));
        BinaryPrimitives.WriteInt64LittleEndian(words[16..], record.ExpiresAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(words[24..], (ulong)record.Type);
        return s_hasher.Hash(words);
    }

    /// <summary>Of a whole entry.</summary>
    public static ulong Of(in EntryRecord record)
    {
        Span<byte> words = stackalloc byte[3 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, OfKey(record.Key));
        BinaryPrimitives.WriteUInt64LittleEndian(words[8..], record.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(words[16..], OfContent(in record));
        return s_hasher.Hash(words);
    }
}

using Henge.Storage.Arenas;

namespace Henge.Storage.Entries;

/// <summary>The sizes that decide how an entry is laid out (drawn in <see cref="Entry"/>).</summary>
internal readonly record struct EntryShape(int KeyBytes, int AttributeBytes, int ValueBytes, bool HasExpiry)
{
    /// <summary>Payload: key, attributes and value.</summary>
    public long PayloadBytes => (long)KeyBytes + AttributeBytes + ValueBytes;

    /// <summary>Whether the payload needs an extent because the whole does not fit the largest slot.</summary>
    public bool External => InlineHeaderBytes + PayloadBytes > SizeClasses.LargestSlotBytes;

    /// <summary>Whether the lengths need words of their own.</summary>
    public bool Wide => KeyBytes >= Entry.WideKey || External;

    /// <summary>Bytes of the header.</summary>
    public int HeaderBytes => External
        ? InlineHeaderBytes + (KeyBytes >= Entry.WideKey ? 0 : Entry.WideBytes) + Entry.PointerBytes
        : InlineHeaderBytes;

    /// <summary>Bytes needed in a slot of the arena.</summary>
    public int SlotBytes => External ? HeaderBytes : (int)(HeaderBytes + PayloadBytes);

    private int InlineHeaderBytes => Entry.FixedBytes + (HasExpiry ? Entry.ExpiryBytes : 0)
        + (KeyBytes >= Entry.WideKey ? Entry.WideBytes : 0) + (AttributeBytes > 0 ? Entry.AttributeLengthBytes : 0);
}

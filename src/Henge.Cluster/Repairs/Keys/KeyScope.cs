using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>
/// Keys that two copies compare at a time: those of some slots, or where a slot has very many, a part of them by hash.
/// </summary>
/// <param name="Slots">The slots.</param>
/// <param name="Part">Which part.</param>
/// <param name="Parts">Of how many.</param>
internal readonly record struct KeyScope(SlotSet Slots, int Part, int Parts)
{
    /// <summary>Most parts.</summary>
    public const int MaxParts = 4096;

    /// <summary>Whether a key is one of them.</summary>
    public bool Contains(int slot, ulong keyFingerprint) =>
        Slots.Contains(slot) && (int)(keyFingerprint >> 40) % Parts == Part;

    /// <summary>Writes it.</summary>
    public void Write(MessageWriter writer)
    {
        writer.UInt16((ushort)Part);
        writer.UInt16((ushort)Parts);
        SlotSetCodec.Write(writer, Slots);
    }

    /// <summary>Reads one; what makes no sense fails the reader.</summary>
    public static KeyScope Read(ref MessageReader reader)
    {
        int part = reader.UInt16();
        int parts = reader.UInt16();
        SlotSet slots = SlotSetCodec.Read(ref reader);
        if (parts is 0 or > MaxParts || part >= parts)
        {
            reader.Fail();
        }
        return new KeyScope(slots, part, Math.Max(1, parts));
    }
}

using Henge.Cluster.Rings;

namespace Henge.Cluster.Messages;

/// <summary>A set of slots on the wire: a count of runs, then first slot and length of each, ascending.</summary>
internal static class SlotSetCodec
{
    /// <summary>Writes a set.</summary>
    public static void Write(MessageWriter writer, SlotSet slots)
    {
        int at = writer.Reserve();
        uint runs = 0;
        for (int first = slots.Next(0); first >= 0; runs++)
        {
            int end = first + 1;
            while (end < Slot.Count && slots.Contains(end))
            {
                end++;
            }
            writer.UInt16((ushort)first);
            writer.UInt16((ushort)(end - first));
            first = slots.Next(end);
        }
        writer.Patch(at, runs);
    }

    /// <summary>Reads a set; slots that do not exist, or runs out of order, fail the reader.</summary>
    public static SlotSet Read(ref MessageReader reader)
    {
        var slots = new SlotSet();
        uint runs = reader.UInt32();
        int next = 0;
        for (uint i = 0; i < runs && !reader.Failed; i++)
        {
            int first = reader.UInt16();
            int count = reader.UInt16();
            if (first < next || count == 0 || first + count > Slot.Count)
            {
                reader.Fail();
                break;
            }
            next = first + count;
            for (int slot = first; slot < next; slot++)
            {
                slots.Add(slot);
            }
        }
        return slots;
    }
}

using Henge.Cluster;

namespace Henge.Commands.Cluster;

/// <summary>
/// The keys of one slot. The store keeps no order by slot, so these walk over all entries, some at a time; they are for
/// operators, not for a data path.
/// </summary>
internal static class SlotKeysCommands
{
    /// <summary>Entries looked at between two moments when other loops can get at the shard.</summary>
    private const int Step = 1000;

    /// <summary>CLUSTER COUNTKEYSINSLOT slot</summary>
    public static void CountKeysInSlot(ref CommandContext context)
    {
        if (!ClusterCommands.IsEnabled(ref context) || !TryReadSlot(ref context, "ERR Invalid slot"u8, out Slot slot))
        {
            return;
        }
        var visitor = new SlotKeyCollector(slot, most: 0);
        Walk(ref context, ref visitor);
        context.Reply.Integer(visitor.Count);
    }

    /// <summary>CLUSTER GETKEYSINSLOT slot count</summary>
    public static void GetKeysInSlot(ref CommandContext context)
    {
        ReadOnlySpan<byte> error = "ERR Invalid slot or number of keys"u8;
        if (!ClusterCommands.IsEnabled(ref context) || !TryReadSlot(ref context, error, out Slot slot))
        {
            return;
        }
        if (!Numbers.TryParse(context.Arguments[3], out long most))
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        if (most is < 0 or > int.MaxValue)
        {
            context.Reply.Error(error);
            return;
        }
        var visitor = new SlotKeyCollector(slot, (int)most);
        Walk(ref context, ref visitor);
        context.Reply.Array(visitor.Keys.Count);
        foreach (byte[] key in visitor.Keys)
        {
            context.Reply.Bulk(key);
        }
    }

    private static bool TryReadSlot(ref CommandContext context, ReadOnlySpan<byte> error, out Slot slot)
    {
        slot = default;
        if (!Numbers.TryParse(context.Arguments[2], out long number))
        {
            context.Reply.Error(Errors.NotInteger);
            return false;
        }
        if (number is < 0 or >= Slot.Count)
        {
            context.Reply.Error(error);
            return false;
        }
        slot = new Slot((int)number);
        return true;
    }

    private static void Walk(ref CommandContext context, ref SlotKeyCollector visitor)
    {
        ulong cursor = 0;
        do
        {
            cursor = context.Store.Scan(cursor, Step, context.NowMs, ref visitor);
        }
        while (cursor != 0 && !visitor.IsFull);
    }
}

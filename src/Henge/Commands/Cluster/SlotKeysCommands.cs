using Henge.Cluster;
using Henge.Routing;
using Henge.Routing.Parts;

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
        if (ClusterCommands.IsEnabled(ref context) && TryReadSlot(ref context, 2, "ERR Invalid slot"u8, out Slot slot))
        {
            context.Reply.Integer(context.Store.CountInSlot(slot.Number));
        }
    }

    /// <summary>SLOTCOUNT slot: as above, for another node.</summary>
    public static void CountOfRing(ref CommandContext context)
    {
        if (TryReadSlot(ref context, 1, "ERR Invalid slot"u8, out Slot slot))
        {
            context.Reply.Integer(context.Store.CountInSlot(slot.Number));
        }
    }

    /// <summary>CLUSTER COUNTKEYSINSLOT where the slot may be another's: its owner counts.</summary>
    public static Route CountOverRing(ref RoutedCall call) => AskOwner(ref call, "SLOTCOUNT"u8);

    /// <summary>CLUSTER GETKEYSINSLOT likewise.</summary>
    public static Route KeysOverRing(ref RoutedCall call) => AskOwner(ref call, "SLOTKEYS"u8);

    /// <summary>CLUSTER GETKEYSINSLOT slot count</summary>
    public static void GetKeysInSlot(ref CommandContext context)
    {
        ReadOnlySpan<byte> error = "ERR Invalid slot or number of keys"u8;
        if (ClusterCommands.IsEnabled(ref context) && TryReadSlot(ref context, 2, error, out Slot slot))
        {
            WriteKeys(ref context, slot, word: 3);
        }
    }

    /// <summary>SLOTKEYS slot count: as above, for another node.</summary>
    public static void KeysOfRing(ref CommandContext context)
    {
        if (TryReadSlot(ref context, 1, "ERR Invalid slot or number of keys"u8, out Slot slot))
        {
            WriteKeys(ref context, slot, word: 2);
        }
    }

    private static Route AskOwner(ref RoutedCall call, ReadOnlySpan<byte> name)
    {
        if (call.Node.Options.RedisMode == RedisMode.Standalone
            || !Numbers.TryParse(call.Arguments[2], out long number) || number is < 0 or >= Slot.Count
            || call.OwnerOf(new Slot((int)number)) is not { } owner || owner == call.Snapshot.Self.Id)
        {
            return Route.Here;
        }
        byte[][] words = new byte[call.Arguments.Count - 2][];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = call.Arguments[i + 2].ToArray();
        }
        call.Begin();
        RingScatter.StartAt(ref call, owner, name, words, call.Target, call.Part);
        return Route.UnderWay;
    }

    private static void WriteKeys(ref CommandContext context, Slot slot, int word)
    {
        if (!Numbers.TryParse(context.Arguments[word], out long most))
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        if (most is < 0 or > int.MaxValue)
        {
            context.Reply.Error("ERR Invalid slot or number of keys"u8);
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

    private static bool TryReadSlot(
        ref CommandContext context, int word, ReadOnlySpan<byte> error, out Slot slot)
    {
        slot = default;
        if (!Numbers.TryParse(context.Arguments[word], out long number))
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

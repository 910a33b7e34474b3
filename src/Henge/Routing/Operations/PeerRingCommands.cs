using System.Buffers.Text;
using System.Runtime.InteropServices;

using Henge.Cluster;
using Henge.Cluster.Rings;
using Henge.Commands;
using Henge.Commands.Arguments;
using Henge.Commands.Cluster;
using Henge.Commands.Keys;
using Henge.Commands.PubSub;
using Henge.Storage;

namespace Henge.Routing.Operations;

/// <summary>What nodes ask each member of the ring about its part.</summary>
internal static class PeerRingCommands
{
    /// <summary>Draws of a key until one is of an own slot; then the first that is found is taken.</summary>
    private const int RandomTries = 64;

    /// <summary>The rows of the table.</summary>
    public static Command[] Commands =>
    [
        Row("SIZE", 1, Size, CommandFlags.ReadOnly),
        Row("RANDOM", 1, RandomKey, CommandFlags.ReadOnly),
        Row("NAMES", 2, ScanCommands.NamesOfRing, CommandFlags.ReadOnly),
        Row("PAGE", -2, ScanCommands.PageOfRing, CommandFlags.ReadOnly),
        Row("TOPS", 2, Tops, CommandFlags.ReadOnly),
        Row("CLOCK", 1, Clock, CommandFlags.ReadOnly),
        Row("FLUSH", 2, Flush, CommandFlags.Write),
        Row("SLOTCOUNT", 2, SlotKeysCommands.CountOfRing, CommandFlags.ReadOnly),
        Row("SLOTKEYS", 3, SlotKeysCommands.KeysOfRing, CommandFlags.ReadOnly),
        Row("DELIVER", 3, PublishCommands.Publish, CommandFlags.PubSub),
        Row("SDELIVER", 3, PublishCommands.SPublish, CommandFlags.PubSub),
        Row("CHANNELS", 3, PublishCommands.NamesOfRing, CommandFlags.PubSub),
        Row("SUBSCRIBERS", -2, PublishCommands.CountsOfRing, CommandFlags.PubSub),
        Row("PATTERNS", 1, PublishCommands.NumPat, CommandFlags.PubSub),
    ];

    /// <summary>Whether a member names keys of a slot to those who ask the whole ring.</summary>
    public static bool Answers(ClusterSnapshot snapshot, Slot slot) =>
        IsOwned(snapshot, slot.Number) || snapshot.Leftover[slot.Number];

    /// <summary>Whether any slot of a member waits for data.</summary>
    public static bool IsLoading(ClusterSnapshot snapshot)
    {
        ReadOnlySpan<byte> access = MemoryMarshal.AsBytes(snapshot.Access.AsSpan());
        return access.ContainsAny((byte)SlotAccess.Load, (byte)SlotAccess.Wait);
    }

    private static bool IsOwned(ClusterSnapshot snapshot, int slot) =>
        snapshot.Access[slot] is SlotAccess.Serve or SlotAccess.Load or SlotAccess.Wait;

    private static Command Row(string name, int arity, CommandHandler handler, CommandFlags flags) =>
        new() { Name = name, Arity = arity, Handler = handler, Flags = flags, Group = "cluster" };

    /// <summary>SIZE: entries of own slots.</summary>
    private static void Size(ref CommandContext context)
    {
        ClusterSnapshot snapshot = context.Node.Ring!.Snapshot;
        long sum = 0;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            sum += IsOwned(snapshot, slot) ? context.Store.CountInSlot(slot) : 0;
        }
        context.Reply.Integer(sum);
    }

    /// <summary>RANDOM: how many entries of own slots there are, and the key of one of them.</summary>
    private static void RandomKey(ref CommandContext context)
    {
        ClusterSnapshot snapshot = context.Node.Ring!.Snapshot;
        using var found = new ByteStringList();
        var visitor = new KeyVisitor(found, hasType: false, EntryType.None, snapshot);
        for (int i = 0; i < RandomTries && found.Count == 0; i++)
        {
            if (!context.Store.TryVisitRandom((ulong)Random.Shared.NextInt64(), context.NowMs, ref visitor))
            {
                break;
            }
        }
        ulong cursor = 0;
        do
        {
            cursor = found.Count == 0 ? context.Store.Scan(cursor, RandomTries, context.NowMs, ref visitor) : 0;
        }
        while (cursor != 0);
        long count = 0;
        for (int slot = 0; slot < Slot.Count && found.Count > 0; slot++)
        {
            count += IsOwned(snapshot, slot) ? context.Store.CountInSlot(slot) : 0;
        }
        context.Reply.Array(2);
        context.Reply.Integer(found.Count > 0 ? Math.Max(1, count) : 0);
        int at = 0;
        if (found.Count > 0)
        {
            context.Reply.Bulk(found.Next(ref at));
        }
        else
        {
            context.Reply.Null();
        }
    }

    /// <summary>TOPS count: the most read and written keys and the largest entries, so many of each.</summary>
    private static void Tops(ref CommandContext context)
    {
        if (!Utf8Parser.TryParse(context.Arguments[1], out int count, out int used)
            || used != context.Arguments[1].Length)
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        TopListsCodec.Write(context.Reply, context.Store.Tops.Collect(count, context.NowMs));
    }

    /// <summary>CLOCK: a version not below any of what is stored here.</summary>
    private static void Clock(ref CommandContext context) =>
        context.Reply.Integer((long)context.Store.Clock(context.NowMs));

    /// <summary>FLUSH version</summary>
    private static void Flush(ref CommandContext context)
    {
        ReadOnlySpan<byte> word = context.Arguments[1];
        if (!Utf8Parser.TryParse(word, out ulong version, out int used) || used != word.Length)
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        context.Store.Flush(version, context.NowMs);
        context.Reply.Ok();
    }
}

using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>
/// Holdings on the wire. A ring changes hands in few ways at a time, so the few different holdings stand in a table and
/// each run of slots names one:
/// <code>
/// u8 kind | u64 view | u8 wants an answer | u64 clock | u64 highest | u64 flush version | history
/// u16 holdings, each: u64 complete, i32 since, u64 partial from, u64 partial, i32 owned since
/// u32 runs, each: u16 first, u16 count, u16 holding
/// u32 floors, each: u16 slot, u64 floor
/// </code>
/// </summary>
internal static class HoldingsCodec
{
    /// <summary>Writes everything but the runs and floors.</summary>
    public static void WriteHead(
        MessageWriter writer, ViewId view, bool wantsAnswer, ulong clock, ulong highest, ulong flushVersion,
        ViewHistory history)
    {
        writer.Begin(MessageKind.Holdings);
        writer.UInt64(view.Value);
        writer.Byte(wantsAnswer ? (byte)1 : (byte)0);
        writer.UInt64(clock);
        writer.UInt64(highest);
        writer.UInt64(flushVersion);
        history.Write(writer);
    }

    /// <summary>Writes runs and floors.</summary>
    public static void WriteBody(MessageWriter writer, List<HoldingRun> runs, List<SlotFloor> floors)
    {
        var table = new List<Holding>();
        var indexes = new Dictionary<Holding, int>();
        foreach (HoldingRun run in runs)
        {
            if (indexes.TryAdd(run.Holding, table.Count))
            {
                table.Add(run.Holding);
            }
        }
        writer.UInt16((ushort)table.Count);
        foreach (Holding holding in table)
        {
            writer.UInt64(holding.Complete.Value);
            writer.UInt32((uint)holding.Since);
            writer.UInt64(holding.PartialFrom.Value);
            writer.UInt64(holding.Partial.Value);
            writer.UInt32((uint)holding.OwnedSince);
        }
        writer.UInt32((uint)runs.Count);
        foreach (HoldingRun run in runs)
        {
            writer.UInt16((ushort)run.First);
            writer.UInt16((ushort)run.Count);
            writer.UInt16((ushort)indexes[run.Holding]);
        }
        writer.UInt32((uint)floors.Count);
        foreach (SlotFloor floor in floors)
        {
            writer.UInt16((ushort)floor.Slot);
            writer.UInt64(floor.Floor);
        }
    }

    /// <summary>Reads a message behind its kind; null when it makes no sense.</summary>
    public static Holdings? Read(MemberId from, ref MessageReader reader)
    {
        var view = new ViewId(reader.UInt64());
        bool wantsAnswer = reader.Byte() != 0;
        ulong clock = reader.UInt64();
        ulong highest = reader.UInt64();
        ulong flushVersion = reader.UInt64();
        ViewHistory history = ViewHistory.Read(ref reader);
        List<HoldingRun> runs = ReadRuns(ref reader);
        List<SlotFloor> floors = ReadFloors(ref reader);
        return !reader.IsDone ? null : new Holdings
        {
            From = from,
            View = view,
            WantsAnswer = wantsAnswer,
            Clock = clock,
            Highest = highest,
            FlushVersion = flushVersion,
            History = history,
            Runs = runs,
            Floors = floors,
        };
    }

    private static List<HoldingRun> ReadRuns(ref MessageReader reader)
    {
        var table = new List<Holding>();
        int holdings = reader.UInt16();
        for (int i = 0; i < holdings && !reader.Failed; i++)
        {
            var holding = new Holding(
                new ViewId(reader.UInt64()), (int)reader.UInt32(), new ViewId(reader.UInt64()),
                new ViewId(reader.UInt64()), (int)reader.UInt32());
            if (holding.Since < 0 || holding.OwnedSince < 0)
            {
                reader.Fail();
            }
            table.Add(holding);
        }
        var runs = new List<HoldingRun>();
        uint count = reader.UInt32();
        int next = 0;
        for (uint i = 0; i < count && !reader.Failed; i++)
        {
            int first = reader.UInt16();
            int length = reader.UInt16();
            int index = reader.UInt16();
            if (first < next || length == 0 || first + length > Slot.Count || index >= table.Count)
            {
                reader.Fail();
                break;
            }
            next = first + length;
            runs.Add(new HoldingRun(first, length, table[index]));
        }
        return runs;
    }

    private static List<SlotFloor> ReadFloors(ref MessageReader reader)
    {
        var floors = new List<SlotFloor>();
        uint count = reader.UInt32();
        int next = 0;
        for (uint i = 0; i < count && !reader.Failed; i++)
        {
            int slot = reader.UInt16();
            ulong floor = reader.UInt64();
            if (slot < next || slot >= Slot.Count)
            {
                reader.Fail();
                break;
            }
            next = slot + 1;
            floors.Add(new SlotFloor(slot, floor));
        }
        return floors;
    }
}

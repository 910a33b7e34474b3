using Henge.Cluster;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// What a member has counted, as it tells it to others (numbers little-endian):
/// <code>
/// u8 format (1) | u32 length, version | u16 n { i64 number } | u16 n { i64 calls of a group } | u16 n { i64 misses of
/// a reason } | times of commands | times of HTTP requests        times: u16 n { u8 place, i64 count }
/// | u16 n { u128 peer | u8 1 in, 0 out | u32 slots | i64 entries | i64 bytes | u16 progress, of 1000 }
/// </code>
/// Each list may be longer or shorter than this node knows: what it does not know it passes over, what is not told is
/// zero, and behind it there may be more. The first versions do not tell what moves. Cost: a sum over lanes and shards,
/// some 10 microseconds, and about 1 KB.
/// </summary>
internal sealed class MemberFigures
{
    private const byte Format = 1;
    private const int LongestVersion = 64;
    private const int MostTransfers = 256;
    private const double Thousandths = 1000;

    private MemberFigures()
    {
    }

    /// <summary>Version of Henge that it runs.</summary>
    public string Version { get; private set; } = "";

    /// <summary>By <see cref="MemberFigure"/>.</summary>
    public long[] Numbers { get; } = new long[Enum.GetValues<MemberFigure>().Length];

    /// <summary>Commands carried out, by <see cref="CommandGroups"/>; the last is requests over HTTP.</summary>
    public long[] Operations { get; } = new long[CommandGroups.Names.Length + 1];

    /// <summary>Reads that did not find their key, by <see cref="MissReason"/>.</summary>
    public long[] Misses { get; } = new long[Enum.GetValues<MissReason>().Length];

    /// <summary>Nanoseconds that commands took.</summary>
    public HistogramSum CommandTimes { get; } = new();

    /// <summary>Nanoseconds that HTTP requests took.</summary>
    public HistogramSum HttpTimes { get; } = new();

    /// <summary>What moves to and from it, one for each member and way.</summary>
    public IReadOnlyList<TransferStatus> Transfers { get; private set; } = [];

    /// <summary>One of its numbers.</summary>
    public long this[MemberFigure figure]
    {
        get => Numbers[(int)figure];
        private set => Numbers[(int)figure] = value;
    }

    /// <summary>Gathers those of a node. Any thread.</summary>
    public static MemberFigures Of(HengeNode node)
    {
        var sums = NodeFigures.WithoutStatus(node);
        var figures = new MemberFigures
        {
            Version = typeof(HengeNode).Assembly.GetName().Version?.ToString(3) ?? "",
            Transfers = node.Ring is { } ring ? node.Transfers.Look(ring) : [],
        };
        figures.TakeLevels(sums);
        figures.TakeCounters(sums);
        for (int group = 0; group < CommandGroups.Names.Length; group++)
        {
            figures.Operations[group] = sums.Calls(group).Calls;
            figures.CommandTimes.Add(sums.Commands(group));
        }
        figures.HttpTimes.Add(node.Http.Durations);
        figures.Operations[^1] = node.Http.AllRequests;
        for (int reason = 0; reason < figures.Misses.Length; reason++)
        {
            figures.Misses[reason] = StoreStatistics.MissesBy(node.Store.Core, (MissReason)reason);
        }
        return figures;
    }

    /// <summary>Reads what another member wrote; null when it makes no sense.</summary>
    public static MemberFigures? Read(ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        if (reader.Byte() != Format)
        {
            return null;
        }
        var figures = new MemberFigures { Version = reader.Text(LongestVersion) };
        ReadNumbers(ref reader, figures.Numbers);
        ReadNumbers(ref reader, figures.Operations);
        ReadNumbers(ref reader, figures.Misses);
        ReadTimes(ref reader, figures.CommandTimes);
        ReadTimes(ref reader, figures.HttpTimes);
        if (!reader.Rest.IsEmpty)
        {
            figures.Transfers = ReadTransfers(ref reader);
        }
        return reader.Failed ? null : figures;
    }

    /// <summary>Writes them for <see cref="Read"/>.</summary>
    public void WriteTo(MessageWriter writer)
    {
        writer.Byte(Format);
        writer.Text(Version);
        WriteNumbers(writer, Numbers);
        WriteNumbers(writer, Operations);
        WriteNumbers(writer, Misses);
        WriteTimes(writer, CommandTimes);
        WriteTimes(writer, HttpTimes);
        writer.UInt16((ushort)Math.Min(Transfers.Count, MostTransfers));
        foreach (TransferStatus transfer in Transfers.Take(MostTransfers))
        {
            writer.UInt128(transfer.Peer.Value);
            writer.Byte(transfer.IsIncoming ? (byte)1 : (byte)0);
            writer.UInt32((uint)transfer.Slots);
            writer.Int64(transfer.Entries);
            writer.Int64(transfer.Bytes);
            writer.UInt16((ushort)Math.Round(transfer.Progress * Thousandths));
        }
    }

    private void TakeLevels(NodeFigures sums)
    {
        HengeNode node = sums.Node;
        StoreStatistics store = sums.Store;
        this[MemberFigure.ClockMs] = node.MonotonicMs;
        this[MemberFigure.StartedAtMs] = node.StartedAt.ToUnixTimeMilliseconds();
        this[MemberFigure.IsReady] = node.Ready ? 1 : 0;
        this[MemberFigure.HasMetrics] = node.Options.Metrics ? 1 : 0;
        this[MemberFigure.LoadingSlots] =
            node.Ring?.Snapshot.Access.LongCount(static a => a is SlotAccess.Load or SlotAccess.Wait) ?? 0;
        this[MemberFigure.Entries] = store.Entries;
        this[MemberFigure.UsedBytes] = store.UsedBytes;
        this[MemberFigure.LimitBytes] = store.LimitBytes;
        this[MemberFigure.DataBytes] = store.DataBytes;
        this[MemberFigure.IndexBytes] = store.IndexBytes;
        this[MemberFigure.BufferBytes] = store.ChargedBytes;
        this[MemberFigure.TombstoneBytes] = store.TombstoneBytes;
        this[MemberFigure.Clients] = node.Clients.Count;
        this[MemberFigure.HttpConnections] = node.Http.Connections ?? 0;
    }

    private void TakeCounters(NodeFigures sums)
    {
        StoreStatistics store = sums.Store;
        this[MemberFigure.Hits] = store.Hits;
        this[MemberFigure.Evicted] = store.Evicted;
        this[MemberFigure.Expired] = store.Expired;
        this[MemberFigure.Errors] = sums.Node.Errors.Total;
        this[MemberFigure.ReceivedBytes] = Interlocked.Read(ref sums.Node.Counters.InputBytes);
        this[MemberFigure.SentBytes] = Interlocked.Read(ref sums.Node.Counters.OutputBytes);
        this[MemberFigure.TopologyMisses] = sums.Ring?.TopologyMisses ?? 0;
    }

    private static void WriteNumbers(MessageWriter writer, long[] numbers)
    {
        writer.UInt16((ushort)numbers.Length);
        foreach (long number in numbers)
        {
            writer.Int64(number);
        }
    }

    private static void ReadNumbers(ref MessageReader reader, long[] numbers)
    {
        int told = reader.UInt16();
        for (int i = 0; i < told && !reader.Failed; i++)
        {
            long number = reader.Int64();
            if (i < numbers.Length)
            {
                numbers[i] = number;
            }
        }
    }

    private static List<TransferStatus> ReadTransfers(ref MessageReader reader)
    {
        var transfers = new List<TransferStatus>();
        for (int left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            var peer = new MemberId(reader.UInt128());
            bool isIncoming = reader.Byte() != 0;
            int slots = (int)Math.Min(reader.UInt32(), Slot.Count);
            (long entries, long bytes) = (reader.Int64(), reader.Int64());
            double progress = Math.Min(1, reader.UInt16() / Thousandths);
            transfers.Add(new TransferStatus(peer, isIncoming, slots, entries, bytes, progress));
        }
        return transfers;
    }

    private static void WriteTimes(MessageWriter writer, HistogramSum times)
    {
        int at = writer.Length;
        writer.UInt16(0);
        ushort count = 0;
        for (int place = 0; place < LogHistogram.Places; place++)
        {
            if (times[place] != 0)
            {
                writer.Byte((byte)place);
                writer.Int64(times[place]);
                count++;
            }
        }
        writer.PatchUInt16(at, count);
    }

    private static void ReadTimes(ref MessageReader reader, HistogramSum times)
    {
        for (int left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            int place = reader.Byte();
            long count = reader.Int64();
            if (place < LogHistogram.Places && count > 0)
            {
                times.Add(place, count);
            }
        }
    }
}

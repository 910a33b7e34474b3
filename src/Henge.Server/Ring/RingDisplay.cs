using System.Globalization;

using Henge.Cluster;
using Henge.Server.Display;
using Henge.Values;

namespace Henge.Server.Ring;

/// <summary>Shows a <see cref="RingReport"/>: a picture and tables on a terminal, lines in a pipe.</summary>
internal static class RingDisplay
{
    /// <summary>For people.</summary>
    public static void WriteForPeople(RingReport report, Terminal terminal)
    {
        RingReportMember[] inRing = [.. report.Members.Where(member => member.OwnedSlots > 0)];
        string[] labels = [.. inRing.Select(member => $"{member.Name} {Share(member.OwnedSlots)}")];
        foreach (string line in RingPicture.Draw(labels, terminal.Width))
        {
            terminal.Out.WriteLine(line);
        }
        Tables.Write(terminal, Title(report), _columns, [.. report.Members.Select(Row)]);
        if (report.Discovery.Count > 0)
        {
            Tables.Write(terminal, "discovery", _sourceColumns, [.. report.Discovery.Select(Row)]);
        }
        if (report.Transfers.Count > 0)
        {
            Tables.Write(terminal, "transfers", _transferColumns, [.. report.Transfers.Select(Row)]);
        }
    }

    /// <summary>For pipes: a line for the ring, then one for each member, source and transfer.</summary>
    public static void WritePlain(RingReport report, TextWriter to)
    {
        to.WriteLine($"ring: {Title(report)}");
        foreach (RingReportMember member in report.Members)
        {
            to.WriteLine("member: " + Words(Row(member)));
        }
        foreach (RingReportSource source in report.Discovery)
        {
            to.WriteLine("discovery: " + Words(Row(source)));
        }
        foreach (RingReportTransfer transfer in report.Transfers)
        {
            to.WriteLine("transfer: " + Words(Row(transfer)));
        }
    }

    private static readonly string[] _columns =
        ["name", "address", "zone", "weight", "state", "owns", "replica of", "round trip", "clock"];

    private static readonly string[] _sourceColumns = ["source", "answers", "addresses", "problem"];

    private static readonly string[] _transferColumns = ["with", "way", "slots", "entries", "bytes", "done"];

    private static string Title(RingReport report)
    {
        int alive = report.Members.Count(member => member.State == "alive");
        string copies = report.Copies == 1 ? "1 copy" : $"{report.Copies} copies";
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"{alive} of {report.Members.Count} members alive, {copies} of each slot, view {report.View}");
        words += report.LoadingSlots > 0 ? $", {Count(report.LoadingSlots)} slots on their way here" : "";
        return words + $", {Count(report.MissesDueToTopology)} misses due to topology";
    }

    private static string[] Row(RingReportMember member) =>
    [
        member.Self ? member.Name + " *" : member.Name,
        member.Address,
        member.Zone,
        member.Weight.ToString(CultureInfo.InvariantCulture),
        member is { State: "alive", Phase: not "ready" } ? member.Phase : member.State,
        $"{Count(member.OwnedSlots)} ({Share(member.OwnedSlots)})",
        Count(member.ReplicaSlots),
        member.RoundTripMicroseconds is long trip
            ? string.Create(CultureInfo.InvariantCulture, $"{trip / 1000.0:0.##} ms") : "",
        member.ClockSkewMs is long skew
            ? string.Create(CultureInfo.InvariantCulture, $"{skew:+0;-0;0} ms") : "",
    ];

    private static string[] Row(RingReportSource source) =>
        [source.Source, source.Up ? "yes" : "no", Count(source.Addresses), source.Problem];

    private static string[] Row(RingReportTransfer transfer) =>
    [
        transfer.Peer,
        transfer.Direction,
        Count(transfer.Slots),
        Count(transfer.Entries),
        ByteSize.Format(transfer.Bytes),
        string.Create(CultureInfo.InvariantCulture, $"{100 * transfer.Progress:0} %"),
    ];

    /// <summary>A row as words that a script can split.</summary>
    private static string Words(string[] row) =>
        string.Join(" ", row.Select(cell => cell.Length == 0 ? "-" : cell.Replace(' ', '_')));

    private static string Share(int slots) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * slots / Slot.Count:0.#} %");

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

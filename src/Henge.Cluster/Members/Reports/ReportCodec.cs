using System.Text;

using Henge.Cluster.Messages;

namespace Henge.Cluster.Members.Reports;

/// <summary>
/// Member reports on the wire: fields behind their kind and length, so that an older node passes over what a newer one
/// adds. Fields that have their default are left out.
/// <code>
/// report: u16 bytes that follow | fields        field: u8 kind | u16 length | bytes
/// list:   u16 count | reports
/// </code>
/// </summary>
internal static class ReportCodec
{
    /// <summary>Most bytes of an address.</summary>
    public const int MaxAddressBytes = 255;

    /// <summary>Most bytes of a name or a zone.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>Highest weight.</summary>
    public const int MaxWeight = 1_000_000;

    /// <summary>
    /// Highest incarnation that is believed, far above what refutations reach in any lifetime.
    /// </summary>
    public const uint MaxIncarnation = uint.MaxValue / 2;

    /// <summary>Longest time that a member can have been away: a hundred years.</summary>
    public const long MaxAgeMs = 100L * 366 * 24 * 3_600_000;

    /// <summary>
    /// Whether others would take a record: one that they refuse must not get into the table, since it would spoil every
    /// message that it is part of.
    /// </summary>
    public static bool IsSound(Member record) =>
        record.Address.Length > 0 && IsText(record.Address, MaxAddressBytes) && IsText(record.Name, MaxNameBytes)
        && IsText(record.Zone, MaxNameBytes) && record.Weight is >= 0 and <= MaxWeight
        && record.Incarnation <= MaxIncarnation && record.State <= MemberState.Left
        && record.Phase <= MemberPhase.Leaving;

    /// <summary>Whether a text is short enough, and of characters that may stand in a log.</summary>
    public static bool IsText(string text, int limit) =>
        Encoding.UTF8.GetByteCount(text) <= limit && !text.Any(char.IsControl);

    /// <summary>Writes reports.</summary>
    public static void WriteList(MessageWriter writer, IReadOnlyList<MemberReport> reports)
    {
        writer.UInt16((ushort)reports.Count);
        foreach (MemberReport report in reports)
        {
            Write(writer, report);
        }
    }

    /// <summary>Reads reports; none, and a failed reader, when any makes no sense.</summary>
    public static List<MemberReport> ReadList(ref MessageReader reader)
    {
        int count = reader.UInt16();
        var reports = new List<MemberReport>();
        if (count > Roster.MaxMembers)
        {
            reader.Fail();
        }
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            if (Read(ref reader) is { } report)
            {
                reports.Add(report);
            }
        }
        return reader.Failed ? [] : reports;
    }

    /// <summary>Writes a report.</summary>
    public static void Write(MessageWriter writer, MemberReport report)
    {
        int start = writer.Length;
        writer.UInt16(0);
        Member record = report.Record;
        Begin(writer, ReportField.Id, MemberId.Bytes);
        writer.UInt128(record.Id.Value);
        Begin(writer, ReportField.Boot, sizeof(ulong));
        writer.UInt64(record.Boot.Value);
        WriteText(writer, ReportField.Address, record.Address);
        WriteText(writer, ReportField.Name, record.Name);
        WriteText(writer, ReportField.Zone, record.Zone);
        Begin(writer, ReportField.Weight, sizeof(uint));
        writer.UInt32((uint)record.Weight);
        Begin(writer, ReportField.Incarnation, sizeof(uint));
        writer.UInt32(record.Incarnation);
        WriteByte(writer, ReportField.State, (byte)record.State);
        WriteByte(writer, ReportField.Phase, (byte)record.Phase);
        Begin(writer, ReportField.Wire, 2);
        writer.Byte(record.MinWire);
        writer.Byte(record.MaxWire);
        WriteKnowledge(writer, report);
        int length = writer.Length - start - sizeof(ushort);
        writer.PatchUInt16(start, (ushort)length);
    }

    /// <summary>Reads a report; null, and a failed reader, when it makes no sense.</summary>
    public static MemberReport? Read(ref MessageReader reader)
    {
        int length = reader.UInt16();
        var fields = new MessageReader(reader.Raw(length));
        var draft = new ReportDraft();
        while (fields.Left > 0)
        {
            var field = (ReportField)fields.Byte();
            int bytes = fields.UInt16();
            var value = new MessageReader(fields.Raw(bytes));
            if (fields.Failed || !draft.Take(field, ref value))
            {
                reader.Fail();
                return null;
            }
        }
        MemberReport? report = reader.Failed ? null : draft.Finish();
        if (report is null)
        {
            reader.Fail();
        }
        return report;
    }

    private static void WriteKnowledge(MessageWriter writer, MemberReport report)
    {
        if (report.AgeMs > 0)
        {
            Begin(writer, ReportField.Age, sizeof(long));
            writer.Int64(report.AgeMs);
        }
        if (report.Deaths > 0)
        {
            WriteByte(writer, ReportField.Deaths, (byte)Math.Min(report.Deaths, byte.MaxValue));
        }
        if (report.Accusers.Count > 0)
        {
            Begin(writer, ReportField.Accusers, report.Accusers.Count * Accuser.Bytes);
            foreach (Accuser accuser in report.Accusers)
            {
                writer.UInt128(accuser.Id.Value);
                writer.Byte(accuser.WasRefused ? (byte)1 : (byte)0);
            }
        }
    }

    private static void WriteText(MessageWriter writer, ReportField field, string text)
    {
        if (text.Length > 0)
        {
            int bytes = Encoding.UTF8.GetByteCount(text);
            Begin(writer, field, bytes);
            Encoding.UTF8.GetBytes(text, writer.Take(bytes));
        }
    }

    private static void WriteByte(MessageWriter writer, ReportField field, byte value)
    {
        Begin(writer, field, 1);
        writer.Byte(value);
    }

    private static void Begin(MessageWriter writer, ReportField field, int length)
    {
        writer.Byte((byte)field);
        writer.UInt16((ushort)length);
    }
}

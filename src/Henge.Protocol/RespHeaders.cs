using System.Buffers.Binary;
using System.Buffers.Text;

namespace Henge.Protocol;

/// <summary>
/// Lines of a kind byte and a number ("$16\r\n"), which begin most replies. Those of small numbers come from a table:
/// one load, one store of eight bytes, of which only the line counts.
/// </summary>
internal static class RespHeaders
{
    /// <summary>
    /// Room that <see cref="Write"/> needs, whatever the number: kind, sign, 19 digits, CRLF, rounded up.
    /// </summary>
    public const int MaxBytes = 24;

    private const int TableSize = 1024;

    private static readonly ulong[] s_table = BuildTable();

    /// <summary>
    /// Writes a line to the start of <paramref name="to"/>, which has room for <see cref="MaxBytes"/>.
    /// </summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> to, byte kind, long value)
    {
        ulong[] table = s_table;
        if ((ulong)value < (ulong)table.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, table[value] | kind);
            return 4 + (value >= 10 ? 1 : 0) + (value >= 100 ? 1 : 0) + (value >= 1000 ? 1 : 0);
        }
        to[0] = kind;
        Utf8Formatter.TryFormat(value, to[1..], out int digits);
        to[digits + 1] = (byte)'\r';
        to[digits + 2] = (byte)'\n';
        return digits + 3;
    }

    /// <summary>Entry n: digits of n and CRLF, from the second byte on; the first is left for the kind.</summary>
    private static ulong[] BuildTable()
    {
        var table = new ulong[TableSize];
        Span<byte> line = stackalloc byte[8];
        for (int value = 0; value < TableSize; value++)
        {
            line.Clear();
            Utf8Formatter.TryFormat(value, line[1..], out int digits);
            line[digits + 1] = (byte)'\r';
            line[digits + 2] = (byte)'\n';
            table[value] = BinaryPrimitives.ReadUInt64LittleEndian(line);
        }
        return table;
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Henge.Commands.Hashes;

/// <summary>
/// The form of large hashes: an open-addressing table of record positions, then the records, then spare room, all in
/// the one value, so that a field is found, set and deleted in amortised O(1).
/// <code>
/// 0        1             2    4        8            12     16      20     28          28 + 4 * slots
/// | form 2 | log2(slots) | 0  | fields | used slots | tail | holes | seed | u32 slots | records ... | spare |
/// </code>
/// A slot holds 0 (never used), 1 (its field was deleted) or the position of a record. The home of a field is the top
/// bits of its hash, so slots are in order of hashes, but for fields that found their home taken and went on to the
/// next free slot. A scan's cursor is a hash: all fields below it have been seen, whatever size the table has now.
/// <c>tail</c> is where the next record goes; <c>holes</c> counts bytes of dead records. The seed is of this value
/// and moves with it, so a copy on another node is as good. Numbers are little-endian. Pure functions over the bytes.
/// </summary>
internal static class IndexedHash
{
    /// <summary>Byte 0 of this form.</summary>
    public const byte Form = 2;

    /// <summary>Scan cursors lie below 2^32: they are the top 32 bits of hashes.</summary>
    public const ulong CursorEnd = 1UL << 32;

    private const int FieldsAt = 4;
    private const int UsedAt = 8;
    private const int TailAt = 12;
    private const int HolesAt = 16;
    private const int SeedAt = 20;
    private const int TableAt = 28;
    private const int MinLog2Slots = 4;
    private const int MaxLog2Slots = 28;
    private const int Deleted = 1;

    /// <summary>Number of fields.</summary>
    public static int Count(ReadOnlySpan<byte> bytes) => Number(bytes, FieldsAt);

    /// <summary>Where the next record goes.</summary>
    public static int Tail(ReadOnlySpan<byte> bytes) => Number(bytes, TailAt);

    /// <summary>Bytes of dead records.</summary>
    public static int Holes(ReadOnlySpan<byte> bytes) => Number(bytes, HolesAt);

    /// <summary>The seed of its hashes.</summary>
    public static ulong Seed(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[SeedAt..]);

    /// <summary>Slots of the table.</summary>
    /// <exception cref="InvalidDataException">The bytes have no room for them.</exception>
    public static int Slots(ReadOnlySpan<byte> bytes)
    {
        int log2 = bytes[1];
        if (log2 is < MinLog2Slots or > MaxLog2Slots || TableAt + (sizeof(int) << log2) > bytes.Length)
        {
            throw HashRecord.Malformed();
        }
        return 1 << log2;
    }

    /// <summary>Where the first record begins.</summary>
    public static int RecordsAt(ReadOnlySpan<byte> bytes) => TableAt + Slots(bytes) * sizeof(int);

    /// <summary>Whether one more field asks for a larger table: three quarters are the most that may be used.</summary>
    public static bool IsFull(ReadOnlySpan<byte> bytes) => (Number(bytes, UsedAt) + 1L) * 4 > Slots(bytes) * 3L;

    /// <summary>Whether more than a quarter of the records' bytes are holes.</summary>
    public static bool IsSparse(ReadOnlySpan<byte> bytes) => Holes(bytes) * 4L > Tail(bytes) - RecordsAt(bytes);

    /// <summary>Bytes of header and table for that many fields, the table half used.</summary>
    public static int OverheadFor(int fields) => TableAt + (sizeof(int) << Log2SlotsFor(fields));

    /// <summary>Makes an empty one of zeroed bytes, with a table for that many fields.</summary>
    public static void Create(Span<byte> bytes, int fields, ulong seed)
    {
        bytes[0] = Form;
        bytes[1] = (byte)Log2SlotsFor(fields);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[SeedAt..], seed);
        SetNumber(bytes, TailAt, RecordsAt(bytes));
    }

    /// <summary>The slot that holds the field; -1 when it is not there.</summary>
    public static int FindSlot(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field)
    {
        int slots = Slots(bytes);
        int slot = Home(bytes, field);
        for (int tried = 0; tried < slots; tried++)
        {
            int position = SlotAt(bytes, slot);
            if (position == 0)
            {
                return -1;
            }
            if (position != Deleted && HashRecord.Read(bytes, position).Field.SequenceEqual(field))
            {
                return slot;
            }
            slot = (slot + 1) & (slots - 1);
        }
        return -1;
    }

    /// <summary>What a slot holds: 0, 1, or the position of a record.</summary>
    public static int SlotAt(ReadOnlySpan<byte> bytes, int slot) => Number(bytes, TableAt + slot * sizeof(int));

    /// <summary>Whether what a slot holds is the position of a record.</summary>
    public static bool IsRecord(int position) => position > Deleted;

    /// <summary>Adds a field that is not there; table and tail must have room.</summary>
    public static void Append(Span<byte> bytes, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        int slots = Slots(bytes);
        int slot = Home(bytes, field);
        for (int tried = 0; tried < slots; tried++)
        {
            int position = SlotAt(bytes, slot);
            if (IsRecord(position))
            {
                slot = (slot + 1) & (slots - 1);
                continue;
            }
            SetNumber(bytes, TableAt + slot * sizeof(int), AppendRecord(bytes, field, value));
            SetNumber(bytes, FieldsAt, Count(bytes) + 1);
            SetNumber(bytes, UsedAt, Number(bytes, UsedAt) + (position == 0 ? 1 : 0));
            return;
        }
        throw HashRecord.Malformed();
    }

    /// <summary>Gives the field in a slot another value, in a new record; the tail must have room.</summary>
    public static void Replace(Span<byte> bytes, int slot, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        MakeHole(bytes, SlotAt(bytes, slot));
        SetNumber(bytes, TableAt + slot * sizeof(int), AppendRecord(bytes, field, value));
    }

    /// <summary>Deletes the field in a slot.</summary>
    public static void Delete(Span<byte> bytes, int slot)
    {
        MakeHole(bytes, SlotAt(bytes, slot));
        SetNumber(bytes, TableAt + slot * sizeof(int), Deleted);
        SetNumber(bytes, FieldsAt, Count(bytes) - 1);
    }

    /// <summary>Top 32 bits of a field's hash, which is its place in the order of a scan.</summary>
    public static uint ScanOrder(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field) =>
        (uint)(SipHash.Hash(Seed(bytes), field) >> 32);

    /// <summary>The slot in which the fields at a place in the order of a scan begin to be looked for.</summary>
    public static int HomeOf(ReadOnlySpan<byte> bytes, uint order) => (int)((ulong)order * (ulong)Slots(bytes) >> 32);

    private static int Home(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field) =>
        HomeOf(bytes, ScanOrder(bytes, field));

    private static int Log2SlotsFor(int fields) =>
        Math.Max(MinLog2Slots, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)fields)) + 1);

    private static int AppendRecord(Span<byte> bytes, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        int tail = Tail(bytes);
        HashRecord.Write(bytes, tail, field, value);
        SetNumber(bytes, TailAt, tail + (int)HashRecord.Size(field, value));
        return tail;
    }

    private static void MakeHole(Span<byte> bytes, int position)
    {
        SetNumber(bytes, HolesAt, Holes(bytes) + HashRecord.Read(bytes, position).Length);
        HashRecord.MarkDead(bytes, position);
    }

    private static int Number(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(at, sizeof(int)));

    private static void SetNumber(Span<byte> bytes, int at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(bytes.Slice(at, sizeof(int)), value);
}

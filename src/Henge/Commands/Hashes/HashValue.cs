namespace Henge.Commands.Hashes;

/// <summary>
/// The bytes of a hash: <see cref="CompactHash"/> or <see cref="IndexedHash"/> by the first byte. Everything here only
/// reads; <see cref="HashWriter"/> changes. Bytes that no writer wrote end in an exception or a
/// wrong answer, never in an endless loop or a read outside of them. Empty bytes are a hash without fields, which is
/// never stored.
/// </summary>
internal static class HashValue
{
    /// <summary>Whether it is in the form of large hashes.</summary>
    public static bool IsIndexed(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == IndexedHash.Form;

    /// <summary>Number of fields.</summary>
    public static int Count(ReadOnlySpan<byte> bytes) =>
        bytes.Length < CompactHash.HeaderBytes ? 0
        : bytes[0] == IndexedHash.Form ? IndexedHash.Count(bytes)
        : CompactHash.Count(bytes);

    /// <summary>The value of a field; O(1), or for small hashes a short walk.</summary>
    public static bool TryGet(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        int at = Find(bytes, field);
        value = at < 0 ? default : HashRecord.Read(bytes, at).Value;
        return at >= 0;
    }

    /// <summary>All fields and values, in the order in which they lie.</summary>
    public static HashEnumerator All(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Where the first record begins.</summary>
    public static int RecordsAt(ReadOnlySpan<byte> bytes) =>
        IsIndexed(bytes) ? IndexedHash.RecordsAt(bytes) : CompactHash.HeaderBytes;

    /// <summary>
    /// Adds the positions of some records to <paramref name="found"/>: at least <paramref name="count"/> where so many
    /// are left, all at once for a small hash. A field that is there from the first call to the last is met at least
    /// once, whatever happens to the others.
    /// </summary>
    /// <returns>The cursor to go on from; 0 at the end.</returns>
    public static ulong Scan(ReadOnlySpan<byte> bytes, ulong cursor, int count, List<int> found)
    {
        if (!IsIndexed(bytes))
        {
            foreach (HashRecord record in All(bytes))
            {
                found.Add(record.Start);
            }
            return 0;
        }
        if (cursor >= IndexedHash.CursorEnd)
        {
            return 0;
        }
        int slots = IndexedHash.Slots(bytes);
        int home = IndexedHash.HomeOf(bytes, (uint)cursor);
        while (home < slots && found.Count < count)
        {
            AddHome(bytes, home, slots, (uint)cursor, found);
            home++;
        }
        return home == slots ? 0 : (ulong)home * (IndexedHash.CursorEnd / (ulong)slots);
    }

    /// <summary>The position of a record drawn evenly; the hash must have fields.</summary>
    public static int PositionAtRandom(ReadOnlySpan<byte> bytes, Random random)
    {
        if (IsIndexed(bytes))
        {
            // A table is rebuilt before it is less than a sixth full, so this ends soon; the walk below always does.
            int slots = IndexedHash.Slots(bytes);
            for (int tries = 0; tries < 256; tries++)
            {
                int position = IndexedHash.SlotAt(bytes, random.Next(slots));
                if (IndexedHash.IsRecord(position))
                {
                    return position;
                }
            }
        }
        int skip = random.Next(Count(bytes));
        foreach (HashRecord record in All(bytes))
        {
            if (skip-- == 0)
            {
                return record.Start;
            }
        }
        throw HashRecord.Malformed();
    }

    private static int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> field)
    {
        if (bytes.Length < CompactHash.HeaderBytes)
        {
            return -1;
        }
        if (!IsIndexed(bytes))
        {
            return CompactHash.Find(bytes, field);
        }
        int slot = IndexedHash.FindSlot(bytes, field);
        return slot < 0 ? -1 : IndexedHash.SlotAt(bytes, slot);
    }

    /// <summary>
    /// Adds the fields whose home is one slot: they lie in it or behind it, before the next free slot.
    /// </summary>
    private static void AddHome(ReadOnlySpan<byte> bytes, int home, int slots, uint cursor, List<int> found)
    {
        int slot = home;
        for (int tried = 0; tried < slots; tried++)
        {
            int position = IndexedHash.SlotAt(bytes, slot);
            if (position == 0)
            {
                return;
            }
            if (IndexedHash.IsRecord(position))
            {
                uint order = IndexedHash.ScanOrder(bytes, HashRecord.Read(bytes, position).Field);
                if (order >= cursor && IndexedHash.HomeOf(bytes, order) == home)
                {
                    found.Add(position);
                }
            }
            slot = (slot + 1) & (slots - 1);
        }
    }
}

namespace Henge.Storage.Entries;

/// <summary>
/// Which of two records of one key is the newer: a total order, so that merging in any order, with any repetition, ends
/// at the same record. The version decides; what follows only orders versions that two sides of a partition made alike.
/// </summary>
internal static class RecordOrder
{
    /// <summary>Positive when the first is newer, negative when the second is, 0 when they are the same.</summary>
    public static int Compare(in EntryRecord first, in EntryRecord second)
    {
        int order = first.Version.CompareTo(second.Version);
        if (order != 0)
        {
            return order;
        }
        if (first.IsTombstone || second.IsTombstone)
        {
            return first.IsTombstone.CompareTo(second.IsTombstone);
        }
        order = Latest(first.ExpiresAtMs).CompareTo(Latest(second.ExpiresAtMs));
        order = order != 0 ? order : ((byte)first.Type).CompareTo((byte)second.Type);
        order = order != 0 ? order : first.Value.SequenceCompareTo(second.Value);
        return order != 0 ? order : first.Attributes.SequenceCompareTo(second.Attributes);
    }

    private static long Latest(long expiresAtMs) => expiresAtMs == 0 ? long.MaxValue : expiresAtMs;
}

using Henge.Storage.Drops;
using Henge.Storage.Indexing;
using Henge.Storage.Visits;

namespace Henge.Storage.Shards;

/// <summary>
/// Goes through all shards in turn, in the scan order of each, from a cursor: the shard's number above the position in
/// it, whose end is the beginning of the next shard. 0 is the beginning, and says at the end that there is no more.
/// </summary>
internal static class ShardPass
{
    private const int EntriesPerHold = 64;
    private const ulong PositionMask = (1UL << HashIndex.ScanBits) - 1;

    /// <summary>Shows a visitor at least <paramref name="count"/> of what it sees, where there is as much.</summary>
    public static ulong Scan<TShow, TVisitor>(
        Shard[] shards, ulong cursor, int count, long nowMs, ref TVisitor visitor)
        where TShow : IShow<TVisitor>
        where TVisitor : struct, allows ref struct
    {
        while (count > 0 && ShardAt(shards, cursor) is { } shard)
        {
            ulong position = cursor & PositionMask;
            int wanted = Math.Min(count, EntriesPerHold);
            count -= shard.Reader.Scan<TShow, TVisitor>(ref position, wanted, nowMs, ref visitor);
            cursor = (cursor & ~PositionMask) + position;
        }
        return ShardAt(shards, cursor) is null ? 0 : cursor;
    }

    /// <summary>Looks at about <paramref name="count"/> entries and deletes what the filter chooses.</summary>
    public static ulong Drop<TFilter>(Shard[] shards, ulong cursor, int count, TFilter filter)
        where TFilter : struct, IDropFilter
    {
        while (count > 0 && ShardAt(shards, cursor) is { } shard)
        {
            ulong position = cursor & PositionMask;
            count -= shard.Dropper.Drop(ref position, Math.Min(count, EntriesPerHold), filter);
            cursor = (cursor & ~PositionMask) + position;
        }
        return ShardAt(shards, cursor) is null ? 0 : cursor;
    }

    /// <summary>The shard that a cursor is in; null at the end.</summary>
    private static Shard? ShardAt(Shard[] shards, ulong cursor) =>
        cursor >> HashIndex.ScanBits is var number && number < (ulong)shards.Length ? shards[number] : null;
}

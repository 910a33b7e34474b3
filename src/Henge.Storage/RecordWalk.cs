namespace Henge.Storage;

/// <summary>
/// A walk over all entries of a store in the eviction order, those to be evicted first, and then its tombstones; the
/// shards take turns, so that what one walk writes elsewhere in this order rebuilds about the order of the whole (with
/// one shard, exactly). An entry used meanwhile moves to the end and is seen again; none that stays is missed. Several
/// walks may be under way at once; each belongs to one thread.
/// </summary>
internal sealed class RecordWalk : IDisposable
{
    /// <summary>Begins a walk; nothing is visited yet.</summary>
    public RecordWalk(Store store) => throw new NotImplementedException();

    /// <summary>Visits about <paramref name="count"/> records; false when the walk has reached the end.</summary>
    public bool Next<TVisitor>(int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct => throw new NotImplementedException();

    /// <summary>Ends the walk; safe to call again.</summary>
    public void Dispose() => throw new NotImplementedException();
}

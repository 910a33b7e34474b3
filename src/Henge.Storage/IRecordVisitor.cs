namespace Henge.Storage;

/// <summary>
/// Receives entries and tombstones. It is called with the shard locked, so it copies what it wants and returns: no call
/// back into the store, no waiting. Implement it on a struct so that the JIT removes the call.
/// </summary>
internal interface IRecordVisitor
{
    /// <summary>Sees one record.</summary>
    void Visit(in EntryRecord record);
}

namespace Henge.Storage.Visits;

/// <summary>
/// Receives live entries during a scan. It is called with the shard locked, so it copies what it wants and returns:
/// no call back into the store, no waiting. Implement it on a struct so that the JIT removes the call.
/// </summary>
internal interface IEntryVisitor
{
    /// <summary>Sees one entry.</summary>
    void Visit(in EntryView entry);
}

using Henge.Storage.Entries;
using Henge.Storage.Shards;

namespace Henge.Storage.Visits;

/// <summary>How a kind of visitor is shown what the store holds.</summary>
internal interface IShow<TVisitor>
    where TVisitor : struct, allows ref struct
{
    /// <summary>Shows it an entry or tombstone; false when it is none that this visitor sees.</summary>
    static abstract bool Show(StoreCore core, Entry entry, long nowMs, ref TVisitor visitor);
}

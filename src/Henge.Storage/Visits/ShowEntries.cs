using Henge.Storage.Entries;
using Henge.Storage.Shards;

namespace Henge.Storage.Visits;

/// <summary>Shows live entries alone.</summary>
internal readonly struct ShowEntries<TVisitor> : IShow<TVisitor>
    where TVisitor : struct, IEntryVisitor, allows ref struct
{
    /// <inheritdoc/>
    public static bool Show(StoreCore core, Entry entry, long nowMs, ref TVisitor visitor)
    {
        if (entry.MayBeGone && (entry.IsTombstone || core.HasEnded(entry, nowMs)))
        {
            return false;
        }
        var view = new EntryView
        {
            Key = entry.Key,
            Value = entry.Value,
            Attributes = entry.Attributes,
            Type = entry.Type,
            ExpiresAtMs = entry.ExpiresAtMs,
            Version = entry.Version,
        };
        visitor.Visit(in view);
        return true;
    }
}

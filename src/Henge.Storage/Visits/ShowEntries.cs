using Henge.Storage.Entries;

namespace Henge.Storage.Visits;

/// <summary>Shows live entries alone.</summary>
internal readonly struct ShowEntries<TVisitor> : IShow<TVisitor>
    where TVisitor : struct, IEntryVisitor, allows ref struct
{
    /// <inheritdoc/>
    public static bool Show(Entry entry, long nowMs, ref TVisitor visitor)
    {
        if (entry.MayBeGone && (entry.IsTombstone || entry.IsExpired(nowMs)))
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

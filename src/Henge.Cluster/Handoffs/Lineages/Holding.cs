using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>
/// What one node has of one slot, in words that others can compare with their own. A node may hold two things at once:
/// all of an older lineage, and in part what was written since in a view whose load it did not finish.
/// </summary>
/// <param name="Complete">The last view in which it had all of the slot; 0 for none.</param>
/// <param name="Since">
/// Number in its history of the view since which it has had all of it without a break and without records of a foreign
/// lineage; <see cref="Never"/> when those came since.
/// </param>
/// <param name="PartialFrom">The first view whose writes it took without having all since then; 0 for none.</param>
/// <param name="Partial">The last such view; 0 for none.</param>
/// <param name="OwnedSince">
/// Number in its history of the view since which it has been the slot's owner without a break: every write of these
/// views went through it. <see cref="Never"/> when it is not the owner.
/// </param>
internal readonly record struct Holding(
    ViewId Complete, int Since, ViewId PartialFrom, ViewId Partial, int OwnedSince)
{
    /// <summary>A number beyond every history.</summary>
    public const int Never = int.MaxValue;

    /// <summary>Nothing.</summary>
    public static readonly Holding None = new(default, Never, default, default, Never);

    /// <summary>Whether it is nothing.</summary>
    public bool IsNone => Complete.Value == 0 && Partial.Value == 0;

    /// <summary>
    /// Whether a node with this holding and this history has all that a complete holder of a lineage has.
    /// </summary>
    public bool CoversComplete(ViewId lineage, ViewHistory history)
    {
        if (Complete.Value == 0)
        {
            return false;
        }
        if (Complete == lineage)
        {
            return true;
        }
        int number = history.NumberOf(lineage);
        return number >= Since && number <= history.NumberOf(Complete);
    }

    /// <summary>
    /// Whether a node with this holding and this history has all that others took in part from one view to another: it
    /// had all in the end, or every write since the first of them went through it. The last alone would not do: what
    /// was taken before it may be nowhere else.
    /// </summary>
    public bool CoversPartial(ViewId from, ViewId last, ViewHistory history) =>
        CoversComplete(last, history) || (history.NumberOf(from) is >= 0 and var number && number >= OwnedSince);
}

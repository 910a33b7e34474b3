using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>
/// What this node has of each slot, through all views. The transitions have names; nothing else changes it.
/// </summary>
internal sealed class SlotTable
{
    private readonly Holding[] _holdings = new Holding[Slot.Count];
    private readonly bool[] _isRest = new bool[Slot.Count];

    /// <summary>Begins with nothing.</summary>
    public SlotTable() => Array.Fill(_holdings, Holding.None);

    /// <summary>What is here of a slot.</summary>
    public ref readonly Holding At(int slot) => ref _holdings[slot];

    /// <summary>
    /// Whether entries may be left of a slot that is not held: its drop did not come to its end. What is left is older
    /// than what others have and counts for nothing.
    /// </summary>
    public bool IsRest(int slot) => _isRest[slot];

    /// <summary>
    /// A view ends in which this node took the writes of a slot without having all of it, as far as it knows.
    /// </summary>
    /// <param name="slot">Which.</param>
    /// <param name="ended">The view.</param>
    /// <param name="isMixed">
    /// Whether records came from elsewhere: then versions no longer tell what is new here.
    /// </param>
    public void Interrupt(int slot, ViewId ended, bool isMixed)
    {
        Holding holding = _holdings[slot];
        _holdings[slot] = holding with
        {
            PartialFrom = holding.Partial.Value == 0 ? ended : holding.PartialFrom,
            Partial = ended,
            Since = isMixed ? Holding.Never : holding.Since,
        };
    }

    /// <summary>Sets since which view this node owns the slot; <see cref="Holding.Never"/> when it does not.</summary>
    public void Own(int slot, int since) => _holdings[slot] = _holdings[slot] with { OwnedSince = since };

    /// <summary>Everything of a slot is here.</summary>
    /// <param name="slot">Which.</param>
    /// <param name="view">In this view.</param>
    /// <param name="since">Number of the view since which that has been so without a break.</param>
    public void Complete(int slot, ViewId view, int since)
    {
        _holdings[slot] = new Holding(view, since, default, default, _holdings[slot].OwnedSince);
        _isRest[slot] = false;
    }

    /// <summary>The drop of a slot has begun.</summary>
    public void BeginDrop(int slot)
    {
        _holdings[slot] = Holding.None;
        _isRest[slot] = true;
    }

    /// <summary>The drop of a slot has come to its end.</summary>
    public void EndDrop(int slot) => _isRest[slot] = false;
}

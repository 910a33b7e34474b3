namespace Henge.Cluster.Lanes.Flights;

/// <summary>An operation's place in the line of one of its slots.</summary>
internal sealed class SlotPlace
{
    /// <summary>Whose; null while it is in the pool.</summary>
    public Operation? Operation;

    /// <summary>In which line.</summary>
    public SlotLine? Line;

    /// <summary>The place before.</summary>
    public SlotPlace? Previous;

    /// <summary>The place after.</summary>
    public SlotPlace? Next;

    /// <summary>The same operation's place in another line; in the pool: the next free one.</summary>
    public SlotPlace? Other;
}

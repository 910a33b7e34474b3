namespace Henge.Cluster.Lanes.Flights;

/// <summary>What is under way on one slot: operations that wait, in order, and how many were sent where.</summary>
internal sealed class SlotLine
{
    /// <summary>Which slot.</summary>
    public Slot Slot;

    /// <summary>The first that waits.</summary>
    public SlotPlace? Head;

    /// <summary>The last that waits.</summary>
    public SlotPlace? Tail;

    /// <summary>Keys of this slot in operations that were sent and not answered.</summary>
    public int InFlight;

    /// <summary>To whom those were sent: to one at a time, since two would race.</summary>
    public Peer? Route;

    /// <summary>How many refusals of that peer had been seen when they were sent.</summary>
    public uint RefusalsSeen;
}

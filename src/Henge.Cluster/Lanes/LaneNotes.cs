using Henge.Cluster.Lanes.Flights;

namespace Henge.Cluster.Lanes;

/// <summary>
/// What a lane keeps about an operation while it is under way; a part of it, since both are looked at together.
/// </summary>
internal struct LaneNotes
{
    /// <summary>How far it is.</summary>
    public Stage Stage;

    /// <summary>Its number in the lane: operations on one slot go in this order, however often they are sent.</summary>
    public long Sequence;

    /// <summary>
    /// Its number in the <see cref="FlightTable"/>, new for every time it is sent; 0: it is not there.
    /// </summary>
    public ulong Id;

    /// <summary>Whether another node asked for it; what follows says which, and how.</summary>
    public bool IsServed;

    /// <summary>Whether that node wants it carried out here whoever owns its keys.</summary>
    public bool IsForThisNode;

    /// <summary>Whether it may be forwarded once more from here.</summary>
    public bool MayRelay;

    /// <summary>The data link that it came on.</summary>
    public long Link;

    /// <summary>Its number there.</summary>
    public ulong RequestId;

    /// <summary>Its places in the lines of its slots, chained; null when it stands in none.</summary>
    public SlotPlace? Places;

    /// <summary>In how many of them somebody is before it.</summary>
    public int Blockers;

    /// <summary>Whether it is in the list of those to look at next.</summary>
    public bool IsReady;

    /// <summary>Whether it was sent and came back undone.</summary>
    public bool CameBack;

    /// <summary>To whom it was sent.</summary>
    public Peer? Peer;

    /// <summary>The snapshot that it was sent under.</summary>
    public long SentUnder;

    /// <summary>The list it is in, and its neighbours there.</summary>
    public OperationList? List;

    /// <summary>The one before.</summary>
    public Operation? Previous;

    /// <summary>The one after.</summary>
    public Operation? Next;

    /// <summary>Keys of it that are being fetched.</summary>
    public int PendingKeys;

    /// <summary>Which loads its keys were fetched under; 0 for none.</summary>
    public ulong FetchedUnder;

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        Stage = Stage.None;
        Id = 0;
        IsServed = IsForThisNode = MayRelay = CameBack = false;
        Peer = null;
        PendingKeys = 0;
        FetchedUnder = 0;
    }
}

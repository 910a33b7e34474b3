using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Lanes.Routes;

/// <summary>Decides by the snapshot where an operation goes. It changes nothing.</summary>
internal sealed class Router(Neighbours neighbours, LaneShared shared)
{
    /// <summary>Whether this node may act as an owner now: not after it was stopped for a while.</summary>
    public bool IsPaused(Instant now) => now.MonotonicMs > shared.ServeUntilMs;

    /// <summary>What this node may do with a slot by its snapshot.</summary>
    public SlotAccess AccessOf(Slot slot)
    {
        ClusterSnapshot snapshot = neighbours.Snapshot;
        return snapshot.IsAlone ? SlotAccess.Serve : snapshot.Access[slot.Number];
    }

    /// <summary>Where an operation goes.</summary>
    public Route Of(Operation operation, Instant now)
    {
        if (operation.Target is MemberId target)
        {
            return OfTarget(target);
        }
        if (operation.Notes.IsForThisNode || operation.KeyCount == 0)
        {
            return new Route(RouteKind.Here);
        }
        SlotAccess access = AccessOf(operation.SlotAt(0));
        return access switch
        {
            SlotAccess.Remote => OfOwner(operation),
            SlotAccess.Nobody => new Route(RouteKind.Wait),
            _ => OfThisNode(operation, access, now),
        };
    }

    private Route OfTarget(MemberId target)
    {
        if (target == neighbours.Snapshot.Self.Id)
        {
            return new Route(RouteKind.Here);
        }
        if (neighbours.Find(target) is { IsUp: true } peer)
        {
            return new Route(RouteKind.Hop, peer);
        }
        return new Route(IsGone(target) ? RouteKind.Gone : RouteKind.Wait);
    }

    private bool IsGone(MemberId id) => neighbours.StateOf(id) is MemberState.Dead or MemberState.Left;

    private Route OfThisNode(Operation operation, SlotAccess access, Instant now)
    {
        bool isLoading = access == SlotAccess.Load;
        bool isWaiting = access == SlotAccess.Wait || IsPaused(now);
        for (int i = 1; i < operation.KeyCount; i++)
        {
            switch (AccessOf(operation.SlotAt(i)))
            {
                case SlotAccess.Serve:
                    break;
                case SlotAccess.Load:
                    isLoading = true;
                    break;
                case SlotAccess.Wait:
                    isWaiting = true;
                    break;
                default:
                    return new Route(RouteKind.Split);
            }
        }
        return new Route(isWaiting ? RouteKind.Wait : isLoading ? RouteKind.Load : RouteKind.Here);
    }

    private Route OfOwner(Operation operation)
    {
        RingView view = neighbours.Snapshot.View;
        ReadOnlySpan<ushort> copies = view.CopiesOf(operation.SlotAt(0));
        if (copies.IsEmpty || neighbours.At(copies[0]) is not { } owner)
        {
            return new Route(RouteKind.Wait);
        }
        for (int i = 1; i < operation.KeyCount; i++)
        {
            Slot slot = operation.SlotAt(i);
            ReadOnlySpan<ushort> others = view.CopiesOf(slot);
            if (AccessOf(slot) != SlotAccess.Remote || others.IsEmpty || others[0] != copies[0])
            {
                return new Route(RouteKind.Split);
            }
        }
        if (operation.Notes is { IsServed: true, MayRelay: false })
        {
            return new Route(RouteKind.Back);
        }
        if (owner.IsUp)
        {
            return new Route(RouteKind.Hop, owner);
        }
        return operation.Notes.IsServed ? new Route(RouteKind.Back) : Around(copies);
    }

    // No link to the owner: another copy of the slot may have one.
    private Route Around(ReadOnlySpan<ushort> copies)
    {
        foreach (ushort place in copies[1..])
        {
            if (neighbours.At(place) is { IsUp: true } copy)
            {
                return new Route(RouteKind.Hop, copy, IsRelay: true);
            }
        }
        return new Route(RouteKind.Wait);
    }
}

using Henge.Cluster.Rings;

namespace Henge.Routing;

/// <summary>
/// The cursor of a SCAN over the ring. It begins anew when the view has changed, and goes round a second time when it
/// met
/// slots whose data was on its way: a key that was not yet there may have left its old place before that was looked at.
/// <code>
/// bit 62 second round | 61 met loading slots | 55-60 tag of the view | 48-54 place of the member | 0-47 its own cursor
/// </code>
/// </summary>
/// <param name="Number">The cursor as clients see it; 0 at the start and at the end.</param>
internal readonly record struct RingCursor(ulong Number)
{
    private const int PlaceShift = 48;
    private const int TagShift = 55;
    private const ulong LocalMask = (1UL << PlaceShift) - 1;
    private const ulong PlaceMask = 0x7F;
    private const ulong TagMask = 0x3F;
    private const ulong MetLoading = 1UL << 61;
    private const ulong SecondRound = 1UL << 62;

    /// <summary>Most members that a cursor can name.</summary>
    public const int MaxMembers = (int)PlaceMask + 1;

    /// <summary>The cursor of its member.</summary>
    public ulong Local => Number & LocalMask;

    /// <summary>The place of the member in the view.</summary>
    public int Place => (int)(Number >> PlaceShift & PlaceMask);

    /// <summary>A cursor that a client gave: the same where it belongs to this view, else the start.</summary>
    public static RingCursor Of(ulong number, RingView view)
    {
        ulong tag = TagOf(view) << TagShift;
        var cursor = new RingCursor(number);
        bool isOfView = number != 0 && (number & (TagMask << TagShift)) == tag && number >> 63 == 0
            && cursor.Place < view.Members.Count;
        return isOfView ? cursor : new RingCursor(tag);
    }

    /// <summary>The cursor to go on from.</summary>
    /// <param name="local">The cursor that the member gave; 0 when it has nothing more.</param>
    /// <param name="isLoading">Whether it has slots whose data is on its way.</param>
    /// <param name="members">Members of the view.</param>
    public RingCursor After(ulong local, bool isLoading, int members)
    {
        ulong number = Number | (isLoading ? MetLoading : 0);
        if (local != 0)
        {
            return new RingCursor((number & ~LocalMask) | (local & LocalMask));
        }
        ulong kept = number & ~(LocalMask | PlaceMask << PlaceShift);
        if (Place + 1 < Math.Min(members, MaxMembers))
        {
            return new RingCursor(kept | (ulong)(Place + 1) << PlaceShift);
        }
        return (kept & (MetLoading | SecondRound)) == MetLoading
            ? new RingCursor((kept & ~MetLoading) | SecondRound)
            : default;
    }

    private static ulong TagOf(RingView view) => (view.Id.Value ^ view.Id.Value >> 32) & TagMask;
}

using System.Text;

using Henge.Cluster.Members;

namespace Henge.Cluster.Rings;

/// <summary>One immutable placement of all slots on members: a pure function of the members in the ring.</summary>
/// <remarks>
/// Each slot orders all members by <see cref="SlotCosts"/>. Its owner is the first; its replicas are the next in order
/// whose zones are not used yet, and when all zones are used, the next in order. So without zones the first replica is
/// the owner as soon as the owner goes, and a member that comes or goes moves only the slots it gets or had: 1/N.
/// With zones the next owner is the next in order, which may be of the old owner's zone and then holds no copy.
/// Cost: about 0.1 ms for each member. Paper: Thaler, Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996.
/// </remarks>
internal sealed class RingView
{
    /// <summary>Most copies of a slot.</summary>
    public const int MaxCopies = 5;

    // Goes into view ids: nodes of another algorithm have other views.
    private const ulong Algorithm = 1;

    private readonly Member[] _members;
    private readonly MemberId[] _ids;
    private readonly ushort[] _places;

    private RingView(Member[] members, int copies)
    {
        _members = members;
        _ids = Array.ConvertAll(members, m => m.Id);
        Id = Hash(members, copies);
        Copies = Math.Min(copies, members.Length);
        _places = Copies == 0 ? [] : Place(members, Copies);
    }

    /// <summary>Which view.</summary>
    public ViewId Id { get; }

    /// <summary>Its members in the order of their ids.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Copies of each slot: what was asked for, or fewer when there are fewer members.</summary>
    public int Copies { get; }

    /// <summary>
    /// The view of the members for which <see cref="Member.IsInRing"/> holds; the others are left out. Without any, no
    /// slot has a copy.
    /// </summary>
    /// <param name="members">In any order; no id twice.</param>
    /// <param name="copies">Copies of each slot, 1 to <see cref="MaxCopies"/>: the owner and its replicas.</param>
    public static RingView Create(IEnumerable<Member> members, int copies)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(copies, MaxCopies);
        Member[] inRing = [.. members.Where(m => m.IsInRing).OrderBy(m => m.Id)];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inRing.Length, ushort.MaxValue, nameof(members));
        return new RingView(inRing, copies);
    }

    /// <summary>
    /// Places in <see cref="Members"/> of a slot's copies: the owner first, then replicas in ring order.
    /// </summary>
    public ReadOnlySpan<ushort> CopiesOf(Slot slot) => _places.AsSpan(slot.Number * Copies, Copies);

    /// <summary>The place of a member; -1 when it is not in the view. O(log N).</summary>
    public int PlaceOf(MemberId id)
    {
        int place = Array.BinarySearch(_ids, id);
        return place >= 0 ? place : -1;
    }

    private static ushort[] Place(Member[] members, int copies)
    {
        int[] zones = Zones(members);
        var order = new SlotOrder(copies, null);
        SlotOrder? firstOfZones = copies > 1 && zones.Max() > 0 ? new SlotOrder(copies, zones) : null;
        var costs = new SlotCosts();
        for (int place = 0; place < members.Length; place++)
        {
            ReadOnlySpan<ulong> offered = costs.Of(members[place].Id, members[place].Weight);
            order.Offer((ushort)place, offered);
            firstOfZones?.Offer((ushort)place, offered);
        }
        if (firstOfZones is not null)
        {
            for (int slot = 0; slot < Slot.Count; slot++)
            {
                PreferZones(firstOfZones[slot], order.Places.AsSpan(slot * copies, copies));
            }
        }
        return order.Places;
    }

    // The first of each zone, then whoever comes first of the others; both in order.
    private static void PreferZones(ReadOnlySpan<ushort> firstOfZones, Span<ushort> order)
    {
        Span<ushort> chosen = stackalloc ushort[MaxCopies];
        firstOfZones.CopyTo(chosen);
        int count = firstOfZones.Length;
        foreach (ushort place in order)
        {
            if (count < order.Length && !chosen[..count].Contains(place))
            {
                chosen[count++] = place;
            }
        }
        chosen[..count].CopyTo(order);
    }

    private static int[] Zones(Member[] members)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return Array.ConvertAll(members, m =>
        {
            numbers.TryAdd(m.Zone, numbers.Count);
            return numbers[m.Zone];
        });
    }

    private static ViewId Hash(Member[] members, int copies)
    {
        ulong hash = Mixing.Of(Algorithm, (ulong)copies);
        foreach (Member member in members)
        {
            hash = Mixing.Of(hash, (ulong)member.Id.Value);
            hash = Mixing.Of(hash, (ulong)(member.Id.Value >> 64));
            hash = Mixing.Of(hash, member.Boot.Value);
            hash = Mixing.Of(hash, (ulong)member.Incarnation << 32 | (uint)member.Weight);
            byte[] zone = Encoding.UTF8.GetBytes(member.Zone);
            hash = Mixing.Of(hash, (ulong)zone.Length);
            foreach (byte b in zone)
            {
                hash = Mixing.Of(hash, b);
            }
        }
        return new ViewId(hash == 0 ? 1 : hash);
    }
}

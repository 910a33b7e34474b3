using System.Runtime.CompilerServices;

using Henge.Cluster.Members;

namespace Henge.Cluster.Rings;

/// <summary>
/// How dear each slot is to a member: of several, the member with the least cost comes first in the slot's order.
/// </summary>
/// <remarks>
/// Weighted rendezvous hashing: cost = -log2(u) / weight, where u is spread evenly over 0 to 1 and depends on member
/// and slot only. So a slot's order never changes but by the members that come and go, and shares follow weights.
/// u is not drawn for each slot alone: each member shuffles the 16,384 ranks once, so that it has each rank exactly
/// once (the 32 bits below the rank are random). That halves the variance of what it owns; plain rendezvous hashing
/// would break the promised balance in one of a hundred memberships (docs/ring.md has figures). Every number is whole,
/// so all platforms agree to the bit.
/// </remarks>
internal sealed class SlotCosts
{
    private readonly ushort[] _ranks = new ushort[Slot.Count];
    private readonly uint[] _below = new uint[Slot.Count];
    private readonly ulong[] _costs = new ulong[Slot.Count];

    /// <summary>The costs of all slots for a member; ends with the next call. O(slots).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<ulong> Of(MemberId id, int weight)
    {
        Shuffle(Mixing.Of((ulong)id.Value, (ulong)(id.Value >> 64)));
        // The reciprocal instead of a division for each slot.
        ulong share = ulong.MaxValue / (ulong)weight;
        for (int slot = 0; slot < _costs.Length; slot++)
        {
            ulong fraction = ((ulong)_ranks[slot] << 50) | ((ulong)_below[slot] << 18);
            _costs[slot] = Math.BigMul(FixedLog.MinusLog2(fraction) << 17, share, out _);
        }
        return _costs;
    }

    // The inside-out shuffle of Fisher and Yates; one draw serves for the place and for the bits below the rank.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Shuffle(ulong state)
    {
        for (int i = 0; i < _ranks.Length; i++)
        {
            state += Mixing.Step;
            ulong draw = Mixing.Finish(state);
            int place = (int)((draw >> 32) * (ulong)(i + 1) >> 32);
            _ranks[i] = _ranks[place];
            _ranks[place] = (ushort)i;
            _below[i] = (uint)draw;
        }
    }
}

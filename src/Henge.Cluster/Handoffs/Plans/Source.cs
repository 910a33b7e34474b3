using Henge.Cluster.Members;

namespace Henge.Cluster.Handoffs.Plans;

/// <summary>Where to pull a slot from.</summary>
/// <param name="From">Who has it.</param>
/// <param name="Since">Only what is newer is wanted; 0 for everything.</param>
/// <param name="IsForeign">
/// Whether the two have not been in one view since they last held the same: what is unknown here may have been deleted
/// here, so the slot's floor is asked.
/// </param>
internal readonly record struct Source(MemberId From, ulong Since, bool IsForeign);

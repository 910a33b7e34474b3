namespace Henge.AspNetCore.Dashboard;

/// <summary>One look at the ring as events of a stream: made once, sent to all who listen.</summary>
/// <param name="Number">Counts up.</param>
/// <param name="Overview">The event.</param>
/// <param name="View">The view that <paramref name="Placement"/> is of.</param>
/// <param name="Placement">The event for those who have not seen that view.</param>
internal sealed record Snapshot(long Number, byte[] Overview, string View, byte[] Placement);

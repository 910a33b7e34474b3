using Henge.Cluster.Members;

namespace Henge.Cluster;

/// <summary>Something that happened in the ring, for the log and the counters.</summary>
/// <param name="Kind">What.</param>
/// <param name="Member">Whom it is about; null for the ring as a whole.</param>
/// <param name="Text">Details for people, in words, without the member's name; may be empty.</param>
/// <param name="Amount">A number that belongs to it (slots, entries, milliseconds), 0 for none.</param>
internal sealed record ClusterEvent(ClusterEventKind Kind, Member? Member = null, string Text = "", long Amount = 0);

namespace Henge.Cluster.Lanes;

/// <summary>What a lane keeps about an operation while it is under way.</summary>
internal sealed class LaneNotes
{
}

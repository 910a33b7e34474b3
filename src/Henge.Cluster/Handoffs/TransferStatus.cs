using Henge.Cluster.Members;

namespace Henge.Cluster.Handoffs;

/// <summary>One transfer under way.</summary>
/// <param name="Peer">With whom.</param>
/// <param name="IsIncoming">Whether this node receives.</param>
/// <param name="Slots">How many slots.</param>
/// <param name="Entries">Records so far.</param>
/// <param name="Bytes">Bytes so far.</param>
/// <param name="Progress">0 to 1, as far as known.</param>
internal readonly record struct TransferStatus(
    MemberId Peer, bool IsIncoming, int Slots, long Entries, long Bytes, double Progress);

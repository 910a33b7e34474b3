using Henge.Cluster.Members;
using Henge.Cluster.Transfers;

namespace Henge.Cluster.Handoffs;

/// <summary>One transfer under way.</summary>
/// <param name="Peer">With whom.</param>
/// <param name="IsIncoming">Whether this node receives.</param>
/// <param name="Slots">How many slots.</param>
/// <param name="Entries">Records so far.</param>
/// <param name="Bytes">Bytes so far.</param>
/// <param name="Progress">0 to 1, as far as known.</param>
internal readonly record struct TransferStatus(
    MemberId Peer, bool IsIncoming, int Slots, long Entries, long Bytes, double Progress)
{
    /// <summary>All transfers of a node, incoming ones first.</summary>
    public static IReadOnlyList<TransferStatus> Of(Puller puller, Pusher pusher) =>
    [
        .. puller.Pulls.Select(pull => new TransferStatus(
            pull.Source, true, pull.Slots.Count, pull.Records, pull.Bytes, pull.Progress / 255.0)),
        .. pusher.Pulls.Select(pull => new TransferStatus(
            pull.Puller, false, pull.Slots.Count, pull.Records, pull.Bytes, pull.Progress / 255.0)),
    ];
}

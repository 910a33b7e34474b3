using Henge.AspNetCore.Dashboard.Json;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;

namespace Henge.AspNetCore.Dashboard;

/// <summary>
/// What moves in the whole ring, put together from what each member says of itself. Of one that is told from both ends
/// what the receiver says is taken, which knows best; the other end counts where the receiver tells nothing.
/// </summary>
internal sealed class Flows
{
    private readonly Dictionary<(MemberId From, MemberId To), TransferStatus> _flows = [];

    /// <summary>Takes what a member said.</summary>
    public void Add(MemberId member, IReadOnlyList<TransferStatus> transfers)
    {
        foreach (TransferStatus transfer in transfers)
        {
            if (transfer.IsIncoming)
            {
                _flows[(transfer.Peer, member)] = transfer;
            }
            else
            {
                _flows.TryAdd((member, transfer.Peer), transfer);
            }
        }
    }

    /// <summary>All, in an order that stays.</summary>
    public IReadOnlyList<FlowReply> Replies() =>
    [
        .. _flows.OrderBy(static flow => flow.Key.From).ThenBy(static flow => flow.Key.To)
            .Select(static flow => new FlowReply
            {
                From = flow.Key.From.ToString(),
                To = flow.Key.To.ToString(),
                Slots = flow.Value.Slots,
                Bytes = flow.Value.Bytes,
                Progress = Math.Round(flow.Value.Progress, 3),
            }),
    ];
}

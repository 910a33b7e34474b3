using Henge.Cluster;
using Henge.Cluster.Handoffs;
using Henge.Peers;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// What moves to and from this node, for those who may not wait for the cluster thread: each look takes what that
/// thread answered to the one before, and asks it again. So who looks once a second sees what was a second ago, and the
/// first look sees nothing. Thread safe.
/// </summary>
internal sealed class RunningTransfers
{
    private const long FreshMs = 3000;

    private readonly Lock _lock = new();
    private Task<ClusterStatus>? _asked;
    private long _askedMs;
    private IReadOnlyList<TransferStatus> _latest = [];
    private long _latestMs = -FreshMs;

    /// <summary>Transfers of late, one for each member and way.</summary>
    public IReadOnlyList<TransferStatus> Look(IRing ring)
    {
        long nowMs = ring.MonotonicMs;
        lock (_lock)
        {
            if (_asked is { IsCompleted: true } answered)
            {
                if (answered.IsCompletedSuccessfully)
                {
                    (_latest, _latestMs) = (Together(answered.Result.Transfers), _askedMs);
                }
                _asked = null;
            }
            if (_asked is null)
            {
                (_asked, _askedMs) = (ring.StatusAsync(CancellationToken.None), nowMs);
            }
            return nowMs - _latestMs < FreshMs ? _latest : [];
        }
    }

    /// <summary>The pulls of one pair of members and one way as one transfer.</summary>
    public static IReadOnlyList<TransferStatus> Together(IReadOnlyList<TransferStatus> pulls) =>
    [
        .. pulls.GroupBy(static pull => (pull.Peer, pull.IsIncoming)).Select(static of =>
        {
            int slots = of.Sum(static pull => pull.Slots);
            return new TransferStatus(
                of.Key.Peer, of.Key.IsIncoming, slots, of.Sum(static pull => pull.Entries),
                of.Sum(static pull => pull.Bytes),
                slots == 0 ? 0 : of.Sum(static pull => pull.Progress * pull.Slots) / slots);
        }),
    ];
}

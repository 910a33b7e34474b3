using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Henge.AspNetCore.Dashboard.Json;
using Henge.AspNetCore.Routes;
using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Diagnostics.Figures;
using Henge.Diagnostics.Metrics.Rows;
using Henge.Peers.Happenings;

namespace Henge.AspNetCore.Dashboard;

/// <summary>
/// Looks at the ring for all who listen, at most once an interval, and only while somebody asks: whoever asks first
/// makes the next look, the others wait for the same. Rates come from two looks, so who comes first gets none.
/// </summary>
internal sealed class SnapshotFeed
{
    /// <summary>A picture has no use for more than a few hundred lines.</summary>
    private const int SlotStep = 32;

    private readonly HengeNode _node;
    private readonly ClusterRoutes _cluster;
    private readonly TimeSpan _interval;
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private Task<Snapshot?>? _making;
    private Snapshot? _last;
    private long _lastAt;
    private long _number;
    private Dictionary<MemberId, MemberFigures> _before = [];

    /// <summary>Creates the feed of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cluster">What describes the ring.</param>
    /// <param name="interval">Time from one look to the next.</param>
    /// <param name="stopping">Ends what is being made.</param>
    public SnapshotFeed(HengeNode node, ClusterRoutes cluster, TimeSpan interval, CancellationToken stopping)
    {
        _node = node;
        _cluster = cluster;
        _interval = interval;
        _stopping = stopping;
    }

    /// <summary>The next look after one that was seen; null when the node has stopped.</summary>
    /// <param name="seen">Its number; 0 for none.</param>
    public Task<Snapshot?> AfterAsync(long seen)
    {
        lock (_lock)
        {
            if (_last is not null && _last.Number > seen && Age < _interval)
            {
                return Task.FromResult<Snapshot?>(_last);
            }
            if (_making is null or { IsCompleted: true })
            {
                _making = MakeAsync(_last is null ? TimeSpan.Zero : _interval - Age);
            }
            return _making;
        }
    }

    private TimeSpan Age => _node.TimeProvider.GetElapsedTime(_lastAt);

    /// <summary>Makes the next look; one at a time, so it alone writes.</summary>
    private async Task<Snapshot?> MakeAsync(TimeSpan wait)
    {
        // Never under the lock, not even its first part.
        await Task.Yield();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _node.TimeProvider, _stopping).ConfigureAwait(false);
        }
        if (_node.Ring is not { } ring)
        {
            return null;
        }
        long at = _node.TimeProvider.GetTimestamp();
        Task<Dictionary<MemberId, MemberFigures>> asked = AskAsync(ring.Snapshot);
        NodeFigures own = await NodeFigures.TakeAsync(_node, _stopping).ConfigureAwait(false);
        Dictionary<MemberId, MemberFigures> figures = await asked.ConfigureAwait(false);
        ClusterSnapshot ringNow = ring.Snapshot;
        if (own.Status is null && !_node.Ready)
        {
            return null;
        }
        // After a pause the rates would be those of the pause.
        Dictionary<MemberId, MemberFigures> before =
            _last is not null && _node.TimeProvider.GetElapsedTime(_lastAt, at) < 4 * _interval ? _before : [];
        var next = new Snapshot(
            ++_number,
            Event("overview", Overview(ringNow, own, figures, before), DashboardJson.Default.OverviewReply),
            ringNow.View.Id.ToString(),
            Event("placement", Placement(ringNow.View), DashboardJson.Default.PlacementReply));
        _before = figures;
        lock (_lock)
        {
            _last = next;
            _lastAt = at;
        }
        return next;
    }

    private async Task<Dictionary<MemberId, MemberFigures>> AskAsync(ClusterSnapshot ring)
    {
        long patienceMs = (long)_interval.TotalMilliseconds;
        var figures = new Dictionary<MemberId, MemberFigures> { [ring.Self.Id] = MemberFigures.Of(_node) };
        var asked = new List<(MemberId Id, Task<MemberFigures?> Told)>();
        foreach (Member member in ring.Members.Values)
        {
            if (member.Id != ring.Self.Id && member.State == MemberState.Alive && asked.Count < PeerMetrics.MaxPeers)
            {
                asked.Add((member.Id, FiguresOperation.AskAsync(_node, member.Id, patienceMs)));
            }
        }
        foreach ((MemberId id, Task<MemberFigures?> told) in asked)
        {
            // A node that stops may have no lane left that would answer.
            if (await told.WaitAsync(_stopping).ConfigureAwait(false) is { } its)
            {
                figures[id] = its;
            }
        }
        return figures;
    }

    private OverviewReply Overview(
        ClusterSnapshot ring, NodeFigures own, Dictionary<MemberId, MemberFigures> figures,
        Dictionary<MemberId, MemberFigures> before)
    {
        long nowMs = _node.NowMs;
        var total = new MemberRates();
        var members = new Dictionary<string, MemberReply>();
        var flows = new Flows();
        foreach ((MemberId id, MemberFigures now) in figures)
        {
            var rates = new MemberRates();
            rates.Add(now, before.GetValueOrDefault(id), nowMs);
            total.Add(now, before.GetValueOrDefault(id), nowMs);
            members[id.ToString()] = rates.Reply(isOfAll: false);
            // Of itself this node knows what is so now.
            flows.Add(id, id == ring.Self.Id && own.Status is { } newest
                ? RunningTransfers.Together(newest.Transfers)
                : now.Transfers);
        }
        return new OverviewReply
        {
            AtMs = nowMs,
            Name = _node.Options.Name,
            Ready = _node.Ready,
            Cluster = own.Status is { } status ? _cluster.Reply(ring, status) : null,
            Figures = members,
            Total = total.Reply(isOfAll: true),
            Flows = flows.Replies(),
            Happenings = [.. (own.Ring?.History.Newest() ?? []).Select(Describe)],
        };
    }

    private static HappeningReply Describe(RingHappening happening) => new()
    {
        AtMs = happening.AtMs,
        Kind = SnakeCase.Of(happening.Event.Kind.ToString()),
        Member = happening.Event.Member is not { } member ? "" : member.Name.Length > 0 ? member.Name : member.Address,
        Text = happening.Event.Text,
        Amount = happening.Event.Amount,
    };

    private static PlacementReply Placement(RingView view)
    {
        int[] owners = new int[Slot.Count / SlotStep];
        for (int i = 0; i < owners.Length; i++)
        {
            ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(i * SlotStep));
            owners[i] = copies.IsEmpty ? -1 : copies[0];
        }
        return new PlacementReply
        {
            View = view.Id.ToString(),
            Step = SlotStep,
            Members = [.. view.Members.Select(static member => member.Id.ToString())],
            Owners = owners,
        };
    }

    private static byte[] Event<T>(string name, T data, JsonTypeInfo<T> type) =>
        [
            .. Encoding.ASCII.GetBytes($"event: {name}\ndata: "),
            .. JsonSerializer.SerializeToUtf8Bytes(data, type),
            .. "\n\n"u8,
        ];
}

using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;
using Henge.Simulator.Checks;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Nodes;

/// <summary>
/// The first level of an application in a node's process, over the real <see cref="Coherence"/>: on a thread of its
/// own, as the caches of an application are read. What has an expiry is not kept: that is no matter of coherence.
/// </summary>
internal sealed class SimFirstLevel(World world, SimNode node)
{
    private readonly SortedDictionary<int, (Stamp Stamp, KeptRead Read)> _entries = [];
    private readonly List<long>[] _changes =
        [.. Enumerable.Range(0, world.Keys.Count).Select(static _ => new List<long>())];

    /// <summary>The application's thread.</summary>
    public SimThread Thread { get; } = new(world.Time);

    /// <summary>When a key changed in this node's store.</summary>
    public IReadOnlyList<long> ChangesOf(int key) => _changes[key];

    /// <summary>A key has changed in this node's store.</summary>
    public void Changed(int key) => _changes[key].Add(world.Time.NowUs);

    /// <summary>What would be served now.</summary>
    public IEnumerable<(int Key, KeptRead Read)> Current() =>
        _entries.Where(e => Reader.IsCurrent(e.Value.Stamp, node.Host.Clock.Now.MonotonicMs))
            .Select(static e => (e.Key, e.Value.Read));

    /// <summary>The application reads a key: here, from this node's store, or from its owner.</summary>
    public void Read(int key) => Thread.Post(() =>
    {
        Instant now = node.Host.Clock.Now;
        if (_entries.TryGetValue(key, out (Stamp Stamp, KeptRead Read) kept)
            && Reader.IsCurrent(kept.Stamp, now.MonotonicMs))
        {
            world.Oracle.Kept.Serves(node, key, kept.Read);
            return;
        }
        Stamp begun = Reader.Begin(world.Keys.Name(key), now.MonotonicMs);
        Request request = world.Oracle.Begin(OperationKind.Keep, [key], node, 0, 0);
        if (ServesReads(key, now))
        {
            var operation = new SimOperation(world, node, request, isForOther: false);
            operation.Execute(now);
            Keep(key, begun, operation.Kept);
            world.Oracle.Ended(request, Outcome.Done);
            return;
        }
        LanePort lane = node.Lanes[key % node.Lanes.Count];
        lane.Post(then => lane.Lane.Start(
            new SimOperation(world, node, request, isForOther: false) { Begun = begun }, then));
    });

    /// <summary>Keeps what came, where its owner vouches for it.</summary>
    public void Keep(int key, in Stamp begun, KeptRead read)
    {
        Stamp stamp = Reader.Complete(begun, read.Owner.Id, read.Generation);
        if (stamp.Trust is not null && read.Version != 0)
        {
            _entries[key] = (stamp, read);
        }
    }

    private Reader Reader => node.Core.Coherence.Reader;

    // As NodeEntries decides, which reads past the lanes.
    private bool ServesReads(int key, Instant now) =>
        node.Published.IsAlone || (node.Published.Access[world.Keys.SlotOf(key).Number] == SlotAccess.Serve
            && now.MonotonicMs <= node.Core.Shared.ServeUntilMs);
}

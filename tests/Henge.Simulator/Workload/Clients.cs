using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Simulator.Checks;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;

namespace Henge.Simulator.Workload;

/// <summary>
/// All clients: now and then a batch of requests at some node, each carried out directly where the node serves its
/// slot, as sessions do, or given to the lane.
/// </summary>
internal sealed class Clients(World world, SimRandom random)
{
    private readonly WorkloadOptions _options = world.Plan.Workload;
    private readonly SimRandom _tags = random.Fork("tags");
    private readonly SimRandom _kept = random.Fork("kept");

    /// <summary>Whether requests are made.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Requests that some node has not answered, and that node lives.</summary>
    public IEnumerable<Request> Unanswered =>
        world.Oracle.Requests.Where(static r => r.Outcome is null && !r.Node.IsOver);

    /// <summary>Begins, until the end of the run.</summary>
    public void Start()
    {
        if (_options.MeanGapUs > 0)
        {
            world.Time.After(random.Exponential(_options.MeanGapUs), Next);
        }
    }

    /// <summary>Begins to invalidate tags, until the end of the run.</summary>
    public void StartInvalidating()
    {
        if (_options.MeanGapUs > 0)
        {
            world.Time.After(
                _tags.Exponential(_options.MeanGapUs * _options.RequestsPerInvalidation), Invalidate);
        }
    }

    /// <summary>Begins to read through first levels, until the end of the run.</summary>
    public void StartKeeping()
    {
        if (_options.MeanKeptGapUs > 0)
        {
            world.Time.After(_kept.Exponential(_options.MeanKeptGapUs), Keep);
        }
    }

    /// <summary>Reads each key once through the first level of each node.</summary>
    public void KeepAll()
    {
        foreach (SimNode node in world.Nodes)
        {
            for (int key = 0; key < world.Keys.Count; key++)
            {
                node.FirstLevel?.Read(key);
            }
        }
    }

    /// <summary>Reads each key once at a node of chance.</summary>
    public void ReadAll()
    {
        for (int key = 0; key < world.Keys.Count; key++)
        {
            Send(AnyNode(), [(OperationKind.Get, [key])]);
        }
    }

    /// <summary>Writes each key once.</summary>
    public void WriteAll()
    {
        for (int key = 0; key < world.Keys.Count; key++)
        {
            Send(AnyNode(), [(key < world.Keys.Counters ? OperationKind.Increment : OperationKind.Set, [key])]);
        }
    }

    /// <summary>Deletes every second key.</summary>
    public void DeleteHalf()
    {
        for (int key = world.Keys.Counters; key < world.Keys.Count; key += 2)
        {
            Send(AnyNode(), [(OperationKind.Delete, [key])]);
        }
    }

    private void Next()
    {
        if (IsActive && world.Nodes.Count > 0)
        {
            int count = 1 + random.Below(_options.MaxBatch);
            Send(AnyNode(), [.. Enumerable.Range(0, count).Select(_ => Draw())]);
        }
        Start();
    }

    private void Keep()
    {
        if (IsActive && world.Nodes.Count > 0)
        {
            SimNode node = world.Nodes[_kept.Below(world.Nodes.Count)];
            node.FirstLevel!.Read(_kept.Below(_kept.Chance(0.5) ? Math.Min(16, world.Keys.Count) : world.Keys.Count));
        }
        StartKeeping();
    }

    private void Invalidate()
    {
        if (IsActive && world.Nodes.Count > 0)
        {
            SimNode node = world.Nodes[_tags.Below(world.Nodes.Count)];
            int tag = _tags.Below(TagWatch.Tags);
            node.CoreThread.Post(() => node.OnCore(now =>
            {
                Invalidation begun = world.Oracle.Tags.Begin(node, tag);
                node.Core.Tags.Invalidate(TagWatch.ListOf(tag), isDone => world.Oracle.Tags.End(begun, isDone), now);
            }));
        }
        StartInvalidating();
    }

    private SimNode AnyNode() => world.Nodes[random.Below(world.Nodes.Count)];

    private (OperationKind, int[]) Draw()
    {
        double what = random.Unit();
        int key = random.Chance(0.3)
            ? Math.Min(world.Keys.Count - 1, world.Keys.Counters + random.Below(8)) : random.Below(world.Keys.Count);
        if (key < world.Keys.Counters)
        {
            return (what < 0.3 ? OperationKind.Get : OperationKind.Increment, [key]);
        }
        if (key >= world.Keys.FirstOfGroups && random.Chance(0.5))
        {
            int[] keys = world.Keys.Group(random.Below(world.Keys.Groups));
            return (what < 0.4 ? OperationKind.GetMany
                : what < 0.8 ? OperationKind.SetMany : OperationKind.DeleteMany, keys);
        }
        if ((what -= _options.ReadShare) < 0)
        {
            return what < -0.005 ? (OperationKind.Get, [key]) : (OperationKind.Count, []);
        }
        if ((what -= _options.DeleteShare) < 0)
        {
            return (OperationKind.Delete, [key]);
        }
        if ((what -= _options.ExpiringShare) < 0)
        {
            return (random.Chance(0.6) ? OperationKind.SetExpiring : OperationKind.Expire, [key]);
        }
        OperationKind kind = random.Below(10) switch
        {
            0 => OperationKind.SetIfAbsent,
            1 => OperationKind.GetSet,
            2 => OperationKind.Persist,
            3 or 4 => OperationKind.SetTagged,
            _ => OperationKind.Set,
        };
        return (kind, [key]);
    }

    private void Send(SimNode node, IReadOnlyList<(OperationKind Kind, int[] Keys)> batch)
    {
        List<Request> requests = [];
        foreach ((OperationKind kind, int[] keys) in batch)
        {
            int bytes = random.Chance(_options.LargeChance)
                ? (int)random.Magnitude(_options.ValueBytes, 200 * _options.ValueBytes)
                : random.Below(2 * _options.ValueBytes);
            requests.Add(world.Oracle.Begin(
                kind, keys, node, bytes, random.Magnitude(_options.MinTtlMs, _options.MaxTtlMs)));
        }
        LanePort lane = random.Pick(node.Lanes);
        bool isDirect = !random.Chance(_options.IndirectChance);
        lane.Post(now => Run(node, lane, requests, isDirect, now));
    }

    // As a session does: what is served here is carried out at once and committed together, the rest is started.
    private void Run(SimNode node, LanePort lane, List<Request> requests, bool isDirect, Instant now)
    {
        List<Request> done = [];
        foreach (Request request in requests)
        {
            if (isDirect && request.Keys.Length > 0
                && lane.Lane.ServesDirectly(world.Keys.SlotOf(request.Keys[0]), now))
            {
                Commands.Execute(world, node, request, now);
                done.Add(request);
                continue;
            }
            Commit(node, lane, done, now);
            done = [];
            MemberId? target = request.Kind == OperationKind.Count
                ? random.Pick([.. node.Published.View.Members.Select(static m => m.Id).DefaultIfEmpty(node.Id)]) : null;
            lane.Lane.Start(new SimOperation(world, node, request, isForOther: false) { Target = target }, now);
        }
        Commit(node, lane, done, now);
    }

    private void Commit(SimNode node, LanePort lane, List<Request> done, Instant now)
    {
        if (done.Count > 0)
        {
            lane.Lane.Commit(new SimHold(world, node, done), now);
        }
    }
}

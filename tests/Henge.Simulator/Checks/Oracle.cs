using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;
using Henge.Storage;

namespace Henge.Simulator.Checks;

/// <summary>
/// Sees everything on every node at once, which no node can: each request, each change with its version, and which
/// stores hold it. So most invariants are checked at the moment at which they are broken. docs/simulator.md lists them
/// with their legal exceptions.
/// </summary>
internal sealed class Oracle(World world)
{
    private readonly List<Request> _requests = [];
    private readonly List<Change> _unreleased = [];
    private readonly Ledger[] _ledgers = [.. Enumerable.Range(0, world.Keys.Count).Select(static _ => new Ledger())];

    /// <summary>All requests.</summary>
    public IReadOnlyList<Request> Requests => _requests;

    /// <summary>The highest version of a flush of the whole ring.</summary>
    public ulong FlushVersion { get; private set; }

    /// <summary>
    /// What must stay deleted: the above, unless all who knew of that flush died before they told anybody.
    /// </summary>
    public ulong KeptFlushVersion { get; private set; }

    /// <summary>The last flush, in virtual time.</summary>
    public long FlushedAtUs { get; private set; } = long.MinValue;

    /// <summary>What is known of tags.</summary>
    public TagWatch Tags { get; } = new(world);

    /// <summary>What first levels fetch and serve.</summary>
    public KeptWatch Kept { get; } = new(world);

    /// <summary>What is known of a key.</summary>
    public Ledger this[int key] => _ledgers[key];

    /// <summary>A client asks for something.</summary>
    public Request Begin(
        OperationKind kind, int[] keys, SimNode node, int valueBytes, long ttlMs)
    {
        var request = new Request
        {
            Id = _requests.Count,
            Kind = kind,
            Keys = keys,
            Node = node,
            StartUs = world.Time.NowUs,
            ValueBytes = valueBytes,
            TtlMs = ttlMs,
        };
        _requests.Add(request);
        return request;
    }

    /// <summary>A request by its number; null for none.</summary>
    public Request? Find(long id) => id >= 0 && id < _requests.Count ? _requests[(int)id] : null;

    /// <summary>A node carries a request out.</summary>
    public void Executes(SimNode node, Request request)
    {
        if (world.Trace.IsOn)
        {
            world.Trace.Note(node, $"carries out {request}");
        }
        request.Executions++;
        if (request.Writes && request.Executions > 1)
        {
            world.Fail("I15", $"{request} was carried out {request.Executions} times, now at {node}");
        }
        if (request.Writes && request.Outcome is Outcome.NotDone or Outcome.Split)
        {
            world.Fail("I15", $"{request} is carried out at {node} after its client was told that it was not");
        }
    }

    /// <summary>A request being carried out finds a state of a key.</summary>
    public void Seen(SimNode node, Request request, int key, bool found, ulong version, long expiresAtMs)
    {
        Ledger ledger = _ledgers[key];
        if (found && ledger.Find(version) is null)
        {
            world.Fail("I16", $"{request} finds version {version:x} of key {key} at {node}; nobody wrote that");
        }
        if (found && expiresAtMs != 0 && expiresAtMs <= node.Host.Clock.Now.UnixMs)
        {
            world.Fail("I12", $"{request} finds key {key} at {node} although it expired at {expiresAtMs}");
        }
        if (ledger.Acked is not { } acked || !MustSee(node, acked) || ledger.IsAmnestied
            || ledger.IsForgotten(acked, world.LatestUnixMs))
        {
            return;
        }
        if (found ? version < acked.Version && !IsFlushed(acked) : !MayBeAbsent(ledger, acked))
        {
            world.FailUnlessEvicting(acked.IsTombstone ? "I9" : "I1",
                $"{request} finds {(found ? $"{ledger.Find(version)}" : "nothing")} of key {key} at {node}, "
                + $"but acknowledged was {acked}");
        }
    }

    /// <summary>A store tells a change that a command has made.</summary>
    public void Changed(SimNode node, in EntryRecord record)
    {
        int key = KeySpace.IndexOf(record.Key);
        Request request = node.Executing
            ?? throw new Violation("I16", $"{node} changes key {key} without a request");
        Ledger ledger = _ledgers[key];
        var change = new Change
        {
            Key = key,
            Version = record.Version,
            IsTombstone = record.IsTombstone,
            ExpiresAtMs = record.ExpiresAtMs,
            ValueHash = EventHash.Of(record.Value),
            Tag = TagWatch.TagOf(record.Attributes),
            Request = request.Id,
            Host = node.Host.Index,
            AtUs = world.Time.NowUs,
        };
        if (world.Trace.IsOn)
        {
            world.Trace.Note(node, $"changes key {key}: {change}");
        }
        bool isBelow = ledger.Acked is { } acked && change.Version <= acked.Version
            && !ledger.IsForgotten(acked, world.LatestUnixMs);
        if (world.IsStrict && !ledger.IsAmnestied && isBelow)
        {
            world.FailUnlessEvicting(
                "I17", $"{request} at {node} gives {change}, not above acknowledged {ledger.Acked}");
        }
        ledger.Add(change);
        Tags.Changed(node, request, change);
        request.Changes.Add(change);
        _unreleased.Add(change);
    }

    /// <summary>
    /// A lane is about to go by another view. What every copy had by now is done, though its answer may wait for other
    /// writes of the same batch: who is a copy from now on pulls it, as it pulls what was answered a moment ago.
    /// </summary>
    public void ViewEnds(SimNode node, RingView view)
    {
        ForgetReleased();
        foreach (Change change in _unreleased.Where(c => c.Host == node.Host.Index && !c.WasEverywhere))
        {
            change.WasEverywhere = true;
            foreach (ushort place in view.CopiesOf(world.Keys.SlotOf(change.Key)))
            {
                change.WasEverywhere &= world.NodeOf(view.Members[place]) is not { } copy || Has(copy, change);
            }
        }
    }

    /// <summary>The owner lets the answer of a write go: every copy must have it by now.</summary>
    public void Released(SimNode node, Request request)
    {
        foreach (Change change in request.Changes)
        {
            change.Holders = HoldersOf(change);
        }
        if (!request.Writes || !node.Host.Shape.Options.WaitsForReplicas || node.LaneInTurn is not { } lane)
        {
            return;
        }
        RingView view = lane.Lane.Snapshot.View;
        foreach (Change change in request.Changes.Where(static c => !c.WasEverywhere))
        {
            foreach (ushort place in view.CopiesOf(world.Keys.SlotOf(change.Key)))
            {
                SimNode? copy = world.NodeOf(view.Members[place]);
                if (copy is null || copy.Published.View.Id != view.Id || Has(copy, change)
                    || MayBeAbsent(_ledgers[change.Key], change))
                {
                    continue;
                }
                world.FailUnlessEvicting(
                    "I3", $"{request} is answered by {node}, but the copy at {copy} lacks {change}");
            }
        }
    }

    /// <summary>A client has its answer.</summary>
    public void Ended(Request request, Outcome outcome)
    {
        if (world.Trace.IsOn)
        {
            world.Trace.Note(request.Node, $"ended {request} with {outcome}");
        }
        world.Hash.Add(request.Id);
        world.Hash.Add((long)outcome);
        if (request.Outcome is not null)
        {
            world.Fail("I25", $"{request} is answered twice, now with {outcome}");
        }
        if (request.Writes && request.Executions > 0 && outcome is Outcome.NotDone or Outcome.Split)
        {
            world.Fail("I15", $"{request} was carried out and is answered with {outcome}");
        }
        if (outcome == Outcome.Done && request.Executions == 0)
        {
            world.Fail("I16", $"{request} is answered without having been carried out");
        }
        request.Outcome = outcome;
        request.EndUs = world.Time.NowUs;
        if (outcome == Outcome.Done)
        {
            foreach (Change change in request.Changes)
            {
                int heldThen = change.Holders;
                change.Holders = HoldersOf(change);
                _ledgers[change.Key].Acknowledge(change, world.Time.NowUs, world.LatestUnixMs);
                // The last member with slots carried it out and left while the answer was on its way, or all that had
                // it died meanwhile.
                _ledgers[change.Key].IsAmnestied |= world.Nodes.Any(
                        n => n.HasLeft && n.Published.View.Members.Count == 0 && Has(n, change))
                    || (change.Holders == 0 && change.Crashes > 0 && change.Crashes >= heldThen);
            }
        }
    }

    /// <summary>The whole ring was flushed up to a version.</summary>
    public void Flushed(ulong version)
    {
        FlushVersion = Math.Max(FlushVersion, version);
        KeptFlushVersion = FlushVersion;
        FlushedAtUs = world.Time.NowUs;
    }

    /// <summary>
    /// A process is about to lose what it holds: counts it, and sees that nothing acknowledged is lost.
    /// </summary>
    public void Dies(SimNode node)
    {
        if (node.Store.FlushVersion >= KeptFlushVersion)
        {
            ulong others = world.Nodes.Where(n => n != node).Select(n => n.Store.FlushVersion).DefaultIfEmpty().Max();
            KeptFlushVersion = Math.Min(KeptFlushVersion, others);
        }
        ForgetReleased();
        foreach (Change change in _unreleased.Where(c => Has(node, c)))
        {
            change.Crashes++;
        }
        for (int key = 0; key < _ledgers.Length; key++)
        {
            Ledger ledger = _ledgers[key];
            if (ledger.Acked is not { } acked || !Has(node, acked))
            {
                continue;
            }
            ledger.Crashes++;
            bool isHeld = world.Nodes.Any(n => n != node && !n.HasLeft && Has(n, acked));
            if (isHeld || MayBeAbsent(ledger, acked))
            {
                bool isKept = world.Nodes.Any(n => n != node && Keeps(n, node, key) && Has(n, acked));
                ledger.IsAmnestied |= !isKept && ledger.Crashes >= acked.Holders;
                continue;
            }
            if (ledger.Crashes < acked.Holders)
            {
                world.FailUnlessEvicting("I3", $"key {key} dies with {node}: {acked} had {acked.Holders} holders, "
                    + $"of which {ledger.Crashes} crashed");
            }
            ledger.IsAmnestied = true;
        }
    }

    /// <summary>Every slot has all its copies again: the next crash is the first.</summary>
    public void IsWhole()
    {
        foreach (Ledger ledger in _ledgers)
        {
            ledger.Crashes = 0;
            if (ledger.Acked is { } acked)
            {
                acked.Holders = HoldersOf(acked);
            }
        }
    }

    /// <summary>Whether a change was overtaken by a flush of everything.</summary>
    public bool IsFlushed(Change change) => change.Version <= FlushVersion || change.AtUs <= FlushedAtUs + 10_000_000;

    /// <summary>Whether the expiry of a change has come by some clock, or its tag was invalidated.</summary>
    public static bool Expires(Change change, long unixMs) =>
        change.IsStale || (change.ExpiresAtMs != 0 && change.ExpiresAtMs <= unixMs);

    /// <summary>Whether nothing may be found where a change was acknowledged.</summary>
    public bool MayBeAbsent(Ledger ledger, Change acked) =>
        acked.IsTombstone || IsFlushed(acked) || Expires(acked, world.LatestUnixMs)
        || ledger.Changes.Exists(c => c.Version > acked.Version && (c.IsTombstone || Expires(c, world.LatestUnixMs)))
        // Two sides of a split may give one version: of those, the deletion counts (RecordOrder).
        || ledger.Changes.Exists(c => c.Version == acked.Version && c.IsTombstone);

    // Where two rings meet, each goes by its own view at first.
    private bool MustSee(SimNode node, Change acked) => world.IsStrict
        || (world.Plan.IsExactOnceMet && world.Hosts[acked.Host].Node is { } writer && writer != node
            && GoesBy(node, writer) && GoesBy(writer, node));

    private static bool GoesBy(SimNode node, SimNode other) =>
        node.Lanes.All(lane => lane.Lane.Snapshot.View.PlaceOf(other.Id) >= 0);

    // When a copy has announced that it has all of a slot, who is no copy drops it as soon as it hears that: what it
    // has for a moment still does not make up for that copy's crash.
    private bool Keeps(SimNode holder, SimNode dying, int key)
    {
        Slot slot = world.Keys.SlotOf(key);
        RingView view = holder.Published.View;
        bool isCopy = view.PlaceOf(holder.Id) is >= 0 and var place && view.CopiesOf(slot).Contains((ushort)place);
        return !holder.HasLeft && (isCopy || !dying.Published.Complete[slot.Number]);
    }

    // Who has said goodbye lingers, and is asked no more.
    private int HoldersOf(Change change) => world.Nodes.Count(n => !n.HasLeft && Has(n, change));

    private void ForgetReleased() =>
        _unreleased.RemoveAll(c => _requests[(int)c.Request].Outcome is not null);

    private bool Has(SimNode node, Change change) =>
        RecordView.Of(node, world.Keys.Name(change.Key), node.Host.Clock.Now.UnixMs).Version >= change.Version;
}

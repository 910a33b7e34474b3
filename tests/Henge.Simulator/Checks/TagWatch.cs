using System.Text;

using Henge.Cluster.Rings;
using Henge.Cluster.Tags;
using Henge.Simulator.Nodes;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Checks;

/// <summary>
/// Sees every invalidation and every table of tags. An invalidation that was answered with success is never undone: no
/// request that begins after it finds an entry that was written before, at a node that is in a ring with one that knows
/// of it. And it takes nothing that was written after.
/// </summary>
internal sealed class TagWatch(World world)
{
    private readonly List<Invalidation> _all = [];
    private readonly List<Change>[] _tagged = [.. Enumerable.Range(0, Tags).Select(static _ => new List<Change>())];
    private readonly ulong[] _highest = new ulong[Tags];

    /// <summary>How many tags there are.</summary>
    public const int Tags = 6;

    /// <summary>Invalidations that were answered with success.</summary>
    public int Done => _all.Count(static i => i.IsDone);

    /// <summary>The attributes of an entry with one tag.</summary>
    public static byte[] BlockOf(int tag)
    {
        byte[] list = ListOf(tag);
        byte[] block = new byte[TagBlock.HeaderBytes + list.Length];
        TagBlock.Write(list, begun: 0, block);
        return block;
    }

    /// <summary>The list of one tag.</summary>
    public static byte[] ListOf(int tag)
    {
        byte[] name = Encoding.ASCII.GetBytes($"tag{tag}");
        byte[] list = new byte[sizeof(ushort) + name.Length];
        TagList.Write(name, list);
        return list;
    }

    /// <summary>The tag in the attributes of an entry; -1 for none.</summary>
    public static int TagOf(ReadOnlySpan<byte> attributes) => attributes.IsEmpty ? -1 : attributes[^1] - '0';

    /// <summary>A client asks for an invalidation.</summary>
    public Invalidation Begin(SimNode node, int tag)
    {
        var begun = new Invalidation { Tag = tag, Node = node, StartUs = world.Time.NowUs };
        _all.Add(begun);
        return begun;
    }

    /// <summary>It is answered.</summary>
    public void End(Invalidation invalidation, bool isDone)
    {
        if (invalidation.EndUs is not null)
        {
            world.Fail("I25", $"an invalidation of tag {invalidation.Tag} is answered twice");
        }
        invalidation.EndUs = world.Time.NowUs;
        invalidation.IsDone = isDone;
        invalidation.WasStrict = world.IsStrict;
        invalidation.Version = StaleUpTo(invalidation.Node, invalidation.Tag);
        world.Hash.Add(isDone ? invalidation.Tag : -1);
        if (world.Trace.IsOn)
        {
            world.Trace.Note(invalidation.Node,
                $"ended invalidating tag {invalidation.Tag} up to {invalidation.Version:x}: {isDone}");
        }
    }

    /// <summary>A node's table has changed: what it says is stale may be gone from now on.</summary>
    public void Raised(SimNode node)
    {
        for (int tag = 0; tag < Tags; tag++)
        {
            ulong version = StaleUpTo(node, tag);
            if (version <= _highest[tag])
            {
                continue;
            }
            _highest[tag] = version;
            foreach (Change change in _tagged[tag])
            {
                change.IsStale |= change.Version <= version;
            }
        }
    }

    /// <summary>A request has made a change.</summary>
    public void Changed(SimNode node, Request request, Change change)
    {
        if (change.Tag < 0)
        {
            return;
        }
        _tagged[change.Tag].Add(change);
        change.IsStale = change.Version <= _highest[change.Tag];
        if (change.IsStale && world.IsStrict
            && _all.Exists(i => i.Tag == change.Tag && i.IsDone && i.EndUs < request.StartUs)
            && !_all.Exists(i => i.Tag == change.Tag && !(i.EndUs < request.StartUs && i.IsDone)))
        {
            world.Fail("I28", $"{request} at {node} writes {change}, stale by an invalidation that ended before");
        }
    }

    /// <summary>
    /// A request finds an entry of a version and tag (-1: none). Two sides of a split may have given one version.
    /// </summary>
    public void Seen(SimNode node, Request request, int key, ulong version, int tag)
    {
        if (tag < 0 || _tagged[tag].FindLast(c => c.Key == key && c.Version == version) is not { } change)
        {
            return;
        }
        ViewId view = (node.LaneInTurn?.Lane.Snapshot ?? node.Published).View.Id;
        foreach (Invalidation done in _all)
        {
            if (done.Tag != change.Tag || !done.IsDone || done.EndUs > request.StartUs || change.AtUs >= done.StartUs)
            {
                continue;
            }
            bool isKnown = change.Version <= done.Version && !MayBeOfAnother(done, change, request) && world.Nodes.Any(
                other => other.Published.View.Id == view && StaleUpTo(other, change.Tag) >= change.Version);
            // What the other side of a split wrote under a later version stays, also when all is one again.
            if ((world.IsStrict && done.WasStrict) || isKnown)
            {
                world.Fail("I27", $"{request} finds {change} at {node}, but its tag {change.Tag} was invalidated up to "
                    + $"{done.Version:x} from {done.StartUs / 1000} to {done.EndUs / 1000} ms through {done.Node}");
            }
        }
    }

    // What a node knows may come from an invalidation on its own side that has not been answered, or had not been when
    // the request began, or failed: nobody was promised anything by that.
    private bool MayBeOfAnother(Invalidation done, Change change, Request request) => _all.Exists(
        i => i != done && i.Tag == change.Tag
            && (i.EndUs is null || (i.EndUs > change.AtUs && (!i.IsDone || i.EndUs > request.StartUs))));

    private static ulong StaleUpTo(SimNode node, int tag) => node.Core.Tags.Table.StaleUpTo(BlockOf(tag));
}

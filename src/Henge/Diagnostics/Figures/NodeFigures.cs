using Henge.Cluster;
using Henge.Commands;
using Henge.Peers;
using Henge.Storage;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// What a node has counted, gathered for one look at its metrics: each part is summed when it is first asked for, and
/// stays as it was.
/// </summary>
internal sealed class NodeFigures
{
    /// <summary>Longest wait for the cluster thread, which is seldom busy for a millisecond.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly Lazy<StoreStatistics> _store;
    private readonly Lazy<RingTotals?> _ring;
    private readonly Lazy<ClusterStatus?> _status;
    private readonly HistogramSum?[] _commands = new HistogramSum?[CommandGroups.Names.Length];
    private readonly Lazy<(long Calls, long Failed, long Rejected)[]> _calls;

    /// <summary>Creates them; nothing is looked at yet.</summary>
    public NodeFigures(HengeNode node)
        : this(node, () => WaitForStatus(node))
    {
    }

    private NodeFigures(HengeNode node, Func<ClusterStatus?> status)
    {
        Node = node;
        _store = new(node.Store.GetStatistics);
        _ring = new(() => node.Ring?.Totals());
        _status = new(status);
        _calls = new(CountCalls);
    }

    /// <summary>The node.</summary>
    public HengeNode Node { get; }

    /// <summary>What its store counts.</summary>
    public StoreStatistics Store => _store.Value;

    /// <summary>What its part in the ring counts; null before the start.</summary>
    public RingTotals? Ring => _ring.Value;

    /// <summary>The ring as the cluster thread sees it; null before the start, and where it does not answer.</summary>
    public ClusterStatus? Status => _status.Value;

    /// <summary>Creates them for who must not wait: <see cref="Status"/> is not there.</summary>
    public static NodeFigures WithoutStatus(HengeNode node) => new(node, static () => null);

    /// <summary>Gathers them, with what the cluster thread says already there.</summary>
    public static async Task<NodeFigures> TakeAsync(HengeNode node, CancellationToken cancellationToken)
    {
        ClusterStatus? status = null;
        if (node.Ring is { } ring)
        {
            try
            {
                status = await ring.StatusAsync(cancellationToken).WaitAsync(s_patience, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Everything else is still worth telling.
            }
        }
        return new NodeFigures(node, () => status);
    }

    /// <summary>Nanoseconds that commands of a group took, over all lanes.</summary>
    public HistogramSum Commands(int group)
    {
        if (_commands[group] is { } known)
        {
            return known;
        }
        var sum = new HistogramSum();
        foreach (RingLane lane in Node.Ring?.Lanes ?? [])
        {
            if (lane.Figures is { } figures)
            {
                sum.Add(figures.Commands(group));
            }
        }
        return _commands[group] = sum;
    }

    /// <summary>Commands of a group: carried out, answered with an error, and refused before they ran.</summary>
    public (long Calls, long Failed, long Rejected) Calls(int group) => _calls.Value[group];

    private (long Calls, long Failed, long Rejected)[] CountCalls()
    {
        var sums = new (long Calls, long Failed, long Rejected)[CommandGroups.Names.Length];
        foreach (Command command in Node.Commands.All)
        {
            Add(sums, command);
            foreach (Command subcommand in command.Subcommands)
            {
                Add(sums, subcommand);
            }
        }
        return sums;
    }

    private static void Add((long Calls, long Failed, long Rejected)[] sums, Command command)
    {
        ref (long Calls, long Failed, long Rejected) sum = ref sums[command.GroupIndex];
        sum.Calls += Interlocked.Read(ref command.Counters.Calls);
        sum.Failed += Interlocked.Read(ref command.Counters.Failed);
        sum.Rejected += Interlocked.Read(ref command.Counters.Rejected);
    }

    private static ClusterStatus? WaitForStatus(HengeNode node)
    {
        // Before it has joined and once it stops, there may be no thread that answers.
        if (!node.Ready || node.Ring is not { } ring)
        {
            return null;
        }
        Task<ClusterStatus> asked = ring.StatusAsync(CancellationToken.None);
        return asked.Wait(s_patience) ? asked.Result : null;
    }
}

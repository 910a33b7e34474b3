using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Plans;

/// <summary>
/// Decides where a slot's data is pulled from: a pure function of who has what.
/// <para>
/// What others have falls into lineages: a view whose data they have all of, or in part. A lineage is covered by who
/// has had everything since then. The planner leaves out what this node covers itself; of what is left it takes holders
/// that cover most, one after another, until nothing is left that anybody covers; of lineages that nobody has all of,
/// it takes every holder. Whoever is left out has nothing that the chosen ones have not.
/// </para>
/// Cost: holders times lineages, both few.
/// </summary>
internal sealed class LoadPlanner
{
    /// <summary>
    /// A record may have reached the others this long after it got its version: the longest that a write tries, and
    /// what clocks may differ.
    /// </summary>
    public const ulong SlackMs = 60_000;

    private readonly List<Lineage> _open = [];
    private readonly List<Holder> _taken = [];

    /// <summary>Finds the sources of one slot.</summary>
    /// <param name="view">The view in force: what it brought reaches all its copies.</param>
    /// <param name="mine">What this node has.</param>
    /// <param name="history">The views that this node has adopted.</param>
    /// <param name="others">What others have.</param>
    /// <param name="sources">Receives the sources, in a fixed order; empty when all is here.</param>
    public void Plan(
        ViewId view, in Holding mine, ViewHistory history, ReadOnlySpan<Holder> others, List<Source> sources)
    {
        sources.Clear();
        _open.Clear();
        _taken.Clear();
        foreach (ref readonly Holder other in others)
        {
            Holding holding = other.Holding;
            Open(Lineage.CompleteOf(in holding), view, in mine, history);
            Open(Lineage.PartialOf(in holding), view, in mine, history);
        }
        while (_open.Count > 0 && BestOf(others) is { } best)
        {
            _taken.Add(best);
            _open.RemoveAll(lineage => lineage.IsCoveredBy(best.Holding, best.History));
        }
        foreach (ref readonly Holder other in others)
        {
            Holding holding = other.Holding;
            if (!_taken.Contains(other) && _open.Contains(Lineage.PartialOf(in holding)))
            {
                _taken.Add(other);
            }
        }
        foreach (Holder source in _taken)
        {
            sources.Add(new Source(source.Id, SinceFor(in mine, history, source), IsForeign(in mine, history, source)));
        }
    }

    private void Open(Lineage lineage, ViewId view, in Holding mine, ViewHistory history)
    {
        bool isOfThisViewAlone = lineage.From == view && !lineage.IsComplete;
        if (lineage.View.Value != 0 && !isOfThisViewAlone && !_open.Contains(lineage)
            && !lineage.IsCoveredBy(in mine, history))
        {
            _open.Add(lineage);
        }
    }

    // Ties go to the one that owned the slot, then to the one that has least to send, then to the first.
    private Holder? BestOf(ReadOnlySpan<Holder> others)
    {
        Holder? best = null;
        int most = 0;
        foreach (ref readonly Holder other in others)
        {
            int covered = 0;
            foreach (Lineage lineage in _open)
            {
                covered += lineage.IsCoveredBy(other.Holding, other.History) ? 1 : 0;
            }
            if (covered > most || (covered > 0 && covered == most && IsBetter(in other, best!.Value)))
            {
                (best, most) = (other, covered);
            }
        }
        return best;
    }

    private static bool IsBetter(in Holder one, in Holder other) =>
        one.Holding.OwnedSince != other.Holding.OwnedSince
            ? one.Holding.OwnedSince < other.Holding.OwnedSince : one.Load < other.Load;

    // Who had everything together with this node up to a moment, and nothing but writes since, need send only what came
    // later. The latest such view counts: both sides of a partition begin from the one before it.
    private static ulong SinceFor(in Holding mine, ViewHistory history, in Holder source)
    {
        int first = Math.Max(mine.Since, history.First);
        for (int number = history.NumberOf(mine.Complete); number >= first && mine.Complete.Value != 0; number--)
        {
            int there = source.History.NumberOf(history.ViewAt(number));
            if (there >= source.Holding.Since)
            {
                ulong parted = source.History.ClockAfter(there);
                return parted > SlackMs << 16 ? parted - (SlackMs << 16) : 0;
            }
        }
        return 0;
    }

    private static bool IsForeign(in Holding mine, ViewHistory history, in Holder source)
    {
        ViewId here = mine.Complete.Value != 0 ? mine.Complete : mine.Partial;
        ViewId there = source.Holding.Complete.Value != 0 ? source.Holding.Complete : source.Holding.Partial;
        return here.Value != 0 && source.History.NumberOf(here) < 0 && history.NumberOf(there) < 0;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

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
/// Cost: holders times lineages, both few; but when many nodes start at once, each has had another order of views, and
/// the plan of all slots is the longest that a cluster thread is busy in one turn, in code that has just been loaded.
/// So what runs for every slot is compiled in full at once, not after it has run often.
/// </summary>
internal sealed class LoadPlanner
{
    /// <summary>
    /// A record may have reached the others this long after it got its version: the longest that a write tries, and
    /// what clocks may differ.
    /// </summary>
    public const ulong SlackMs = 60_000;

    private readonly List<Lineage> _lineages = [];
    private readonly List<int> _taken = [];

    // A bit for each lineage: whether it is open, and of each holder whether it covers it.
    private ulong[] _open = [];
    private ulong[] _covered = [];
    private int _words;

    /// <summary>Finds the sources of one slot.</summary>
    /// <param name="view">The view in force: what it brought reaches all its copies.</param>
    /// <param name="mine">What this node has.</param>
    /// <param name="history">The views that this node has adopted.</param>
    /// <param name="others">What others have.</param>
    /// <param name="sources">Receives the sources, in a fixed order; empty when all is here.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Plan(
        ViewId view, in Holding mine, ViewHistory history, ReadOnlySpan<Holder> others, List<Source> sources)
    {
        sources.Clear();
        _lineages.Clear();
        _taken.Clear();
        foreach (ref readonly Holder other in others)
        {
            Holding holding = other.Holding;
            Open(Lineage.CompleteOf(in holding), view, in mine, history);
            Open(Lineage.PartialOf(in holding), view, in mine, history);
        }
        if (_lineages.Count == 0)
        {
            return;
        }
        Compare(others);
        while (BestOf(others) is >= 0 and var best)
        {
            _taken.Add(best);
            for (int word = 0; word < _words; word++)
            {
                _open[word] &= ~_covered[(best * _words) + word];
            }
        }
        for (int i = 0; i < others.Length; i++)
        {
            int at = Find(Lineage.PartialOf(others[i].Holding));
            if (at >= 0 && (_open[at >> 6] >> at & 1) != 0 && !_taken.Contains(i))
            {
                _taken.Add(i);
            }
        }
        foreach (int taken in _taken)
        {
            ref readonly Holder source = ref others[taken];
            sources.Add(new Source(
                source.Id, SinceFor(in mine, history, in source), IsForeign(in mine, history, in source)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Open(Lineage lineage, ViewId view, in Holding mine, ViewHistory history)
    {
        bool isOfThisViewAlone = lineage.From == view && !lineage.IsComplete;
        if (lineage.View.Value != 0 && !isOfThisViewAlone && Find(lineage) < 0
            && !lineage.IsCoveredBy(in mine, history))
        {
            _lineages.Add(lineage);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Find(Lineage lineage)
    {
        for (int i = 0; i < _lineages.Count; i++)
        {
            if (_lineages[i] == lineage)
            {
                return i;
            }
        }
        return -1;
    }

    // All lineages are open, and who covers which does not change.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(ReadOnlySpan<Holder> others)
    {
        int count = _lineages.Count;
        _words = (count + 63) >> 6;
        if (_covered.Length < _words * others.Length)
        {
            _covered = new ulong[_words * others.Length];
        }
        if (_open.Length < _words)
        {
            _open = new ulong[_words];
        }
        Array.Clear(_open);
        Array.Clear(_covered);
        for (int at = 0; at < count; at++)
        {
            ulong bit = 1UL << at;
            Lineage lineage = _lineages[at];
            _open[at >> 6] |= bit;
            for (int i = 0; i < others.Length; i++)
            {
                if (lineage.IsCoveredBy(others[i].Holding, others[i].History))
                {
                    _covered[(i * _words) + (at >> 6)] |= bit;
                }
            }
        }
    }

    // Its place; -1 when nobody covers anything more. Ties go to the one that owned the slot, then to the one that has
    // least to send, then to the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int BestOf(ReadOnlySpan<Holder> others)
    {
        int best = -1;
        int most = 0;
        for (int i = 0; i < others.Length; i++)
        {
            ref readonly Holder other = ref others[i];
            int covered = 0;
            for (int word = 0; word < _words; word++)
            {
                covered += BitOperations.PopCount(_open[word] & _covered[(i * _words) + word]);
            }
            if (covered > most || (covered > 0 && covered == most && IsBetter(in other, in others[best])))
            {
                (best, most) = (i, covered);
            }
        }
        return best;
    }

    private static bool IsBetter(in Holder one, in Holder other) =>
        one.Holding.OwnedSince != other.Holding.OwnedSince
            ? one.Holding.OwnedSince < other.Holding.OwnedSince : one.Load < other.Load;

    // Who had everything together with this node up to a moment, and nothing but writes since, need send only what came
    // later. The latest such view counts: both sides of a partition begin from the one before it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsForeign(in Holding mine, ViewHistory history, in Holder source)
    {
        ViewId here = mine.Complete.Value != 0 ? mine.Complete : mine.Partial;
        ViewId there = source.Holding.Complete.Value != 0 ? source.Holding.Complete : source.Holding.Partial;
        return here.Value != 0 && source.History.NumberOf(here) < 0 && history.NumberOf(there) < 0;
    }
}

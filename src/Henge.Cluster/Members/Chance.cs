using Henge.Cluster.Rings;

namespace Henge.Cluster.Members;

/// <summary>The random choices of a node, from a seed: SplitMix64, so that a simulated run can be repeated.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound)
    {
        _state += Mixing.Step;
        return (int)((Mixing.Finish(_state) >> 32) * (ulong)bound >> 32);
    }

    /// <summary>Puts a list into random order.</summary>
    public void Shuffle<T>(List<T> list)
    {
        for (int i = list.Count - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (list[i], list[other]) = (list[other], list[i]);
        }
    }

    /// <summary>Leaves at most so many of a list, any with equal chance.</summary>
    public void Pick<T>(List<T> list, int count)
    {
        Shuffle(list);
        if (list.Count > count)
        {
            list.RemoveRange(count, list.Count - count);
        }
    }
}

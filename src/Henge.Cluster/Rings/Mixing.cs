namespace Henge.Cluster.Rings;

/// <summary>
/// The mixing function of SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014):
/// fixed for all time, since all nodes of a ring have to compute the same.
/// </summary>
internal static class Mixing
{
    /// <summary>What the state of a SplitMix64 sequence moves on by.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Mixes a state into an output; each bit of it depends on all bits.</summary>
    public static ulong Finish(ulong state)
    {
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }

    /// <summary>A hash of what was hashed so far and the next word.</summary>
    public static ulong Of(ulong sofar, ulong next) => Finish(Finish(sofar + Step) ^ next);
}

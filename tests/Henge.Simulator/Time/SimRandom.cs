using System.Numerics;

namespace Henge.Simulator.Time;

/// <summary>
/// A seeded source of chance (xoshiro256**, Blackman and Vigna 2018, its state filled by SplitMix64). Each part of the
/// simulator forks its own, so that one more draw in one part shifts nothing in another.
/// </summary>
internal sealed class SimRandom
{
    private readonly ulong _seed;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public SimRandom(ulong seed)
    {
        _seed = seed;
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>
    /// An independent source; the same purpose and number give the same one, whatever was drawn here.
    /// </summary>
    public SimRandom Fork(string purpose, long number = 0)
    {
        ulong seed = _seed;
        foreach (char c in purpose)
        {
            seed = Mix(ref seed) ^ c;
        }
        return new SimRandom(Mix(ref seed) ^ (ulong)number * 0x9E3779B97F4A7C15);
    }

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 up to, not including, a bound.</summary>
    public int Below(int bound) => (int)Below((long)bound);

    /// <summary>As above.</summary>
    public long Below(long bound) => bound <= 1 ? 0 : (long)((UInt128)Next() * (ulong)bound >> 64);

    /// <summary>Between two numbers, both included.</summary>
    public long Between(long low, long high) => low + Below(high - low + 1);

    /// <summary>Between two numbers, each order of magnitude as likely as another.</summary>
    public long Magnitude(long low, long high) => (long)Math.Round(low * Math.Pow((double)high / low, Unit()));

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>0 to 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Exponentially distributed with a mean.</summary>
    public long Exponential(long mean) => mean <= 0 ? 0 : (long)(-Math.Log(1 - Unit()) * mean);

    /// <summary>One of some.</summary>
    public T Pick<T>(IReadOnlyList<T> some) => some[Below(some.Count)];

    private static ulong Mix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

using Henge.Simulator.Time;

namespace Henge.Simulator.Faults;

/// <summary>
/// Draws the faults of a run from a seed: a plain list, so that a run can be told, cut down and repeated.
/// </summary>
internal static class FaultDraw
{
    private static readonly long[] s_steps =
        [-3_600_000, 3_600_000, -30_000, 30_000, -1500, 1500, 315_360_000_000, -315_360_000_000];

    /// <summary>Draws the faults of each kind over a phase, in order of time.</summary>
    public static List<Fault> Draw(SimRandom random, IEnumerable<FaultRate> rates, int hosts, long phaseMs)
    {
        List<Fault> faults = [];
        foreach (FaultRate rate in rates)
        {
            SimRandom own = random.Fork(rate.Kind.ToString());
            for (long at = own.Exponential(rate.MeanGapMs); at < phaseMs; at += own.Exponential(rate.MeanGapMs))
            {
                faults.Add(One(own, rate, hosts, at));
            }
        }
        return [.. faults.OrderBy(static f => f.AtMs)];
    }

    private static Fault One(SimRandom random, FaultRate rate, int hosts, long atMs)
    {
        int host = random.Below(hosts);
        int other = hosts > 1 ? (host + 1 + random.Below(hosts - 1)) % hosts : host;
        long forMs = random.Magnitude(Math.Max(1, rate.MinMs), Math.Max(1, rate.MaxMs));
        int side = hosts > 1 ? 1 + random.Below((1 << hosts) - 2) : 0;
        return rate.Kind switch
        {
            FaultKind.Partition => new Fault(rate.Kind, atMs, forMs, side, ~side & ((1 << hosts) - 1)),
            FaultKind.OneWay => new Fault(rate.Kind, atMs, forMs, host, side & ~(1 << host)),
            FaultKind.ClockStep => new Fault(rate.Kind, atMs, 0, host, 0, random.Pick(s_steps)),
            FaultKind.Slow => new Fault(rate.Kind, atMs, forMs, host, 0, random.Magnitude(500, 20_000)),
            FaultKind.StrangeMessage => new Fault(rate.Kind, atMs, 0, host, other, random.Below(1000L)),
            _ => new Fault(rate.Kind, atMs, forMs, host, other),
        };
    }
}

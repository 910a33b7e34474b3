namespace Henge.Cluster.Members.Probes;

/// <summary>
/// How long a suspect has to refute, as in Lifeguard: long while one node alone accuses it (the fault may be the
/// accuser's), short when others who could know confirm. Pure.
/// </summary>
internal static class SuspicionTime
{
    /// <summary>The longest time is so many times the shortest.</summary>
    public const int Spread = 6;

    /// <summary>Confirmations that are waited for at most.</summary>
    public const int MostConfirmations = 2;

    // With one of two confirmations: log(1 + 1) / log(2 + 1) of the way, so that the first one counts most.
    private const double HalfConfirmed = 0.63;

    /// <summary>
    /// The shortest time: the base times max(1, log10 of the members), since news takes longer among many.
    /// </summary>
    public static long ShortestMs(int baseMs, int members) => (long)(baseMs * Math.Max(1, Math.Log10(members)));

    /// <summary>Time from suspicion to death.</summary>
    /// <param name="baseMs">The base.</param>
    /// <param name="members">How many members take part, both sides included.</param>
    /// <param name="witnesses">How many others are alive: those that could confirm.</param>
    /// <param name="accusers">How many accuse it.</param>
    public static long Ms(int baseMs, int members, int witnesses, int accusers)
    {
        long shortest = ShortestMs(baseMs, members);
        int awaited = Math.Min(MostConfirmations, witnesses);
        if (awaited <= 0)
        {
            // Nobody else can tell: neither as soon as with witnesses nor as late as against them.
            return 2 * shortest;
        }
        int confirmations = accusers - 1;
        double way = confirmations >= awaited ? 1 : confirmations <= 0 ? 0 : HalfConfirmed;
        return (long)(shortest * (Spread - (way * (Spread - 1))));
    }
}

namespace Henge.Cluster.Members.Probes;

/// <summary>
/// Round trips to a member, smoothed as TCP does it (RFC 6298), and how far its clock is from this node's. One round
/// trip counts as the shortest of it and the two before: what waited while a network was cut for a moment says nothing
/// about the way, and would have the next silence noticed seconds late; a way that has become slow shows three times.
/// </summary>
internal sealed class PeerClock
{
    /// <summary>A clock that is off by more is reported.</summary>
    public const int SkewLimitMs = 1000;

    private long _lastMs;
    private long _lastButOneMs;
    private bool _isSkewed;

    /// <summary>Whether anything was measured.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The smoothed mean.</summary>
    public long RoundTripUs { get; private set; }

    /// <summary>The smoothed mean deviation.</summary>
    public long DeviationUs { get; private set; }

    /// <summary>Its clock against this node's; positive: ahead.</summary>
    public long SkewMs { get; private set; }

    /// <summary>Nearly all round trips are shorter: the mean and three deviations.</summary>
    public long HighRoundTripMs => (RoundTripUs + (3 * DeviationUs)) / 1000;

    /// <summary>Takes a measurement; true when the clock has just turned out to be off.</summary>
    /// <param name="roundTripMs">From the probe to its answer.</param>
    /// <param name="sentUnixMs">When the probe was sent, by the wall clock here.</param>
    /// <param name="peerUnixMs">When it was answered, by the wall clock there.</param>
    public bool Add(long roundTripMs, long sentUnixMs, long peerUnixMs)
    {
        if (!IsKnown)
        {
            _lastMs = _lastButOneMs = roundTripMs;
        }
        long us = Math.Min(roundTripMs, Math.Min(_lastMs, _lastButOneMs)) * 1000;
        (_lastButOneMs, _lastMs) = (_lastMs, roundTripMs);
        if (IsKnown)
        {
            DeviationUs += (Math.Abs(us - RoundTripUs) - DeviationUs) / 4;
            RoundTripUs += (us - RoundTripUs) / 8;
        }
        else
        {
            IsKnown = true;
            RoundTripUs = us;
            DeviationUs = us / 2;
        }
        // The other clock was read about half a round trip after the probe was sent. A peer may claim any time at all.
        SkewMs = unchecked(peerUnixMs - (sentUnixMs + (roundTripMs / 2)));
        bool wasSkewed = _isSkewed;
        _isSkewed = SkewMs is > SkewLimitMs or < -SkewLimitMs;
        return _isSkewed && !wasSkewed;
    }
}

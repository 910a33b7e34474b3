namespace Henge.Cluster.Members.Probes;

/// <summary>
/// How unwell this node itself seems to be (Lifeguard's local health): the more, the slower it is to accuse others.
/// </summary>
/// <remarks>
/// It rises when the thread was held up, and when members that were asked for an indirect probe do not even say that
/// they got no answer; it falls with every probe that is answered.
/// </remarks>
internal sealed class Awareness
{
    /// <summary>The worst.</summary>
    public const int Worst = 8;

    /// <summary>A turn that comes so late was held up.</summary>
    public const int HeldUpMs = 250;

    private long _lastTurnMs = long.MinValue;
    private long _silentUntilMs = long.MinValue;

    /// <summary>0 is well.</summary>
    public int Score { get; private set; }

    /// <summary>Whether this node must not accuse, because it was away itself.</summary>
    public bool IsSilent(long nowMs) => nowMs < _silentUntilMs;

    /// <summary>Whether this node has not run for a while, and its turn is still to come.</summary>
    public bool IsHeldUp(long nowMs) => _lastTurnMs != long.MinValue && nowMs - _lastTurnMs > HeldUpMs;

    /// <summary>Changes the score.</summary>
    public void Add(int delta) => Score = Math.Clamp(Score + delta, 0, Worst);

    /// <summary>Notes a turn; returns by how much it was late if that is more than a probe may take, else 0.</summary>
    /// <param name="nowMs">Now.</param>
    /// <param name="probeTimeoutMs">How long a probe may take.</param>
    /// <param name="silenceMs">For how long not to accuse anybody after that.</param>
    public long Turn(long nowMs, int probeTimeoutMs, long silenceMs)
    {
        long gap = _lastTurnMs == long.MinValue ? 0 : nowMs - _lastTurnMs;
        _lastTurnMs = nowMs;
        if (gap > HeldUpMs)
        {
            Add(1);
        }
        if (gap <= probeTimeoutMs)
        {
            return 0;
        }
        _silentUntilMs = nowMs + silenceMs;
        return gap;
    }
}

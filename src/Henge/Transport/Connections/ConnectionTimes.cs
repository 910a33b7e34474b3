namespace Henge.Transport.Connections;

/// <summary>
/// The moments that the timeouts of one connection count from, and the decision itself: a pure function of them, of the
/// limits and of now. All in milliseconds of a clock that never jumps. Both transports ask it about once a second.
/// </summary>
internal struct ConnectionTimes
{
    /// <summary>A command that needs more than this is a large body.</summary>
    private const int LargeBodyBytes = 64 << 10;

    /// <summary>Bytes that must arrive to earn a large body one more second.</summary>
    private const int BodyBytesPerSecond = 64 << 10;

    /// <summary>Bytes of a large body that must arrive within the time for a small command.</summary>
    private const int BodyProgressBytes = 4 << 10;

    /// <summary>Bytes that a reader above the soft output limit must take for its clock to start again.</summary>
    private const long SoftProgressBytes = 1 << 20;

    private long _connectedMs;
    private long _lastInputMs;
    private long _commandMs;
    private long _bodyMs;
    private long _bodyTaken;
    private long _softMs;
    private long _softTaken;
    private long _stallMs;
    private long _stallSent;

    /// <summary>Starts all clocks.</summary>
    public void Connected(long nowMs) => _connectedMs = _lastInputMs = nowMs;

    /// <summary>Bytes came.</summary>
    public void Received(long nowMs) => _lastInputMs = nowMs;

    /// <summary>The input begins with a command that is not complete.</summary>
    /// <param name="isNew">Whether it is another one than at the last call.</param>
    /// <param name="nowMs">Now.</param>
    public void CommandIncomplete(bool isNew, long nowMs)
    {
        if (isNew || _commandMs == 0)
        {
            _commandMs = nowMs;
            _bodyMs = 0;
        }
    }

    /// <summary>No command is incomplete.</summary>
    public void CommandComplete() => _commandMs = 0;

    /// <summary>Says whether the connection must be closed, and why.</summary>
    public CloseReason Check(in ConnectionFacts facts, ClientLimits limits, long nowMs)
    {
        if (facts.AwaitsPassword && nowMs - _connectedMs >= limits.AuthenticationTimeout.TotalMilliseconds)
        {
            return CloseReason.SlowAuthentication;
        }
        if (_commandMs != 0
            && (nowMs - _commandMs >= CommandAllowance(facts, limits) || IsStarved(facts, limits, nowMs)))
        {
            return facts.IsUndecided ? CloseReason.SlowDetection : CloseReason.SlowCommand;
        }
        if (limits.IdleTimeout > TimeSpan.Zero && !facts.IsSubscriber
            && nowMs - _lastInputMs >= limits.IdleTimeout.TotalMilliseconds)
        {
            return CloseReason.Idle;
        }
        return IsStalled(facts, limits, nowMs) || IsStuck(facts, limits, nowMs) ? CloseReason.Output : CloseReason.None;
    }

    private static double CommandAllowance(in ConnectionFacts facts, ClientLimits limits)
    {
        if (facts.IsUndecided)
        {
            return limits.DetectionTimeout.TotalMilliseconds;
        }
        return !HasLargeBody(facts)
            ? limits.CommandTimeout.TotalMilliseconds
            : limits.BodyTimeout.TotalMilliseconds + (facts.InputBytes * 1000.0 / BodyBytesPerSecond);
    }

    private static bool HasLargeBody(in ConnectionFacts facts) =>
        !facts.IsUndecided && Math.Max(facts.InputBytes, facts.WantedBytes) > LargeBodyBytes;

    /// <summary>A large body is awaited and hardly comes.</summary>
    private bool IsStarved(in ConnectionFacts facts, ClientLimits limits, long nowMs)
    {
        if (!HasLargeBody(facts))
        {
            return false;
        }
        if (_bodyMs == 0 || Math.Abs(facts.InputBytes - _bodyTaken) >= BodyProgressBytes)
        {
            _bodyMs = nowMs;
            _bodyTaken = facts.InputBytes;
        }
        return nowMs - _bodyMs >= limits.CommandTimeout.TotalMilliseconds;
    }

    /// <summary>Output waits, and the client has taken nothing at all for a long time.</summary>
    private bool IsStalled(in ConnectionFacts facts, ClientLimits limits, long nowMs)
    {
        if (facts.OutputBytes == 0 || facts.SentBytes != _stallSent || _stallMs == 0)
        {
            _stallMs = nowMs;
            _stallSent = facts.SentBytes;
        }
        return nowMs - _stallMs >= limits.DeadPeerTimeout.TotalMilliseconds;
    }

    /// <summary>More output waits than the soft limit allows, and it hardly moves.</summary>
    private bool IsStuck(in ConnectionFacts facts, ClientLimits limits, long nowMs)
    {
        if (facts.OutputBytes <= limits.OutputSoftBytes)
        {
            _softMs = 0;
            return false;
        }
        if (_softMs == 0 || facts.SentBytes - _softTaken >= SoftProgressBytes)
        {
            _softMs = nowMs;
            _softTaken = facts.SentBytes;
        }
        return nowMs - _softMs >= limits.OutputSoftTime.TotalMilliseconds;
    }
}

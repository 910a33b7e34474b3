using Henge.Storage.Shards;

namespace Henge.Storage.Drops;

/// <summary>
/// Frees stale entries in the background: when more has become stale, it passes over the whole store once, a bounded
/// piece for each step. After a pass it rests four times as long as the pass took, at least a second, so that somebody
/// who invalidates all the time keeps no processor busy. One thread.
/// </summary>
internal sealed class StaleSweep(StoreCore core)
{
    private const int EntriesPerStep = 2048;
    private const int RestShare = 4;
    private const long ShortestRestMs = 1000;
    private ulong _cursor;
    private long _sweptEpoch;
    private long _passEpoch;
    private long _beganMs;
    private long _nextMs = long.MinValue;
    private bool _isPassing;

    /// <summary>Goes on with a pass, or begins one that is due; true when there is more to do at once.</summary>
    public bool Step(long nowMs)
    {
        if (core.Staleness is not { } staleness)
        {
            return false;
        }
        if (!_isPassing)
        {
            // A clock that was set back must not hold it up.
            bool isResting = nowMs < _nextMs && nowMs >= _beganMs;
            if (isResting || staleness.Epoch == _sweptEpoch)
            {
                return false;
            }
            (_isPassing, _passEpoch, _beganMs, _cursor) = (true, staleness.Epoch, nowMs, 0);
        }
        _cursor = ShardPass.Drop(core.Shards, _cursor, EntriesPerStep, new StaleFilter(staleness));
        if (_cursor == 0)
        {
            (_isPassing, _sweptEpoch) = (false, _passEpoch);
            _nextMs = nowMs + Math.Max(ShortestRestMs, RestShare * (nowMs - _beganMs));
        }
        return _isPassing;
    }
}

namespace Henge.Diagnostics;

/// <summary>
/// Looks at the node's counters ten times a second, for INFO's figures per second (over the last 1.6 s, as in Redis)
/// and for the peak of memory. One thread samples, any may read.
/// </summary>
internal sealed class NodeSampler
{
    private const int Samples = 16;
    private const long IntervalMs = 100;

    private readonly HengeNode _node;
    private readonly Lock _lock = new();
    private readonly Sample[] _samples = new Sample[Samples];
    private int _count;
    private long _peakBytes;

    /// <summary>A sampler that has seen nothing.</summary>
    public NodeSampler(HengeNode node) => _node = node;

    /// <summary>Most memory that any sample saw, in bytes.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Takes a sample when one is due.</summary>
    public void Tick(long nowMs)
    {
        lock (_lock)
        {
            if (_count != 0 && nowMs - _samples[(_count - 1) % Samples].AtMs is >= 0 and < IntervalMs)
            {
                return;
            }
            NodeCounters counters = _node.Counters;
            _samples[_count % Samples] = new Sample(
                nowMs,
                Interlocked.Read(ref counters.CommandsProcessed),
                Interlocked.Read(ref counters.InputBytes),
                Interlocked.Read(ref counters.OutputBytes));
            _count++;
        }
        NoticeMemory(_node.Store.GetStatistics().UsedBytes);
    }

    /// <summary>Takes note of the memory in use, for the peak.</summary>
    public void NoticeMemory(long bytes)
    {
        long peak = Interlocked.Read(ref _peakBytes);
        while (bytes > peak)
        {
            long seen = Interlocked.CompareExchange(ref _peakBytes, bytes, peak);
            if (seen == peak)
            {
                return;
            }
            peak = seen;
        }
    }

    /// <summary>Commands, bytes received and bytes sent per second of late; zeros before the second sample.</summary>
    public (long Commands, long InputBytes, long OutputBytes) PerSecond()
    {
        lock (_lock)
        {
            if (_count < 2)
            {
                return default;
            }
            Sample newest = _samples[(_count - 1) % Samples];
            Sample oldest = _samples[_count <= Samples ? 0 : _count % Samples];
            long elapsedMs = newest.AtMs - oldest.AtMs;
            if (elapsedMs <= 0)
            {
                return default;
            }
            return (
                Rate(newest.Commands - oldest.Commands, elapsedMs),
                Rate(newest.InputBytes - oldest.InputBytes, elapsedMs),
                Rate(newest.OutputBytes - oldest.OutputBytes, elapsedMs));
        }
    }

    /// <summary>Begins anew after the counters were zeroed.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _count = 0;
        }
        Interlocked.Exchange(ref _peakBytes, 0);
    }

    private static long Rate(long difference, long elapsedMs) => Math.Max(0, difference * 1000 / elapsedMs);

    private readonly record struct Sample(long AtMs, long Commands, long InputBytes, long OutputBytes);
}

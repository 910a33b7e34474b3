namespace Henge.Cluster.FirstLevels;

/// <summary>
/// One generation of what an owner tells one reader: which lines the reader may hold entries of, and which of them have
/// changed and are not told yet. A generation ends as a whole: another tracker takes its place, so that an interest
/// noted in an ended one is answered with a number that the reader will find to be old. 32 KiB; safe from any thread.
/// </summary>
/// <param name="generation">Its number.</param>
internal sealed class Tracker(ulong generation)
{
    /// <summary>Bytes that it takes.</summary>
    public const int Bytes = Line.Count / 8;

    /// <summary>Changed lines that may wait to be told; with more the generation ends.</summary>
    public const int MaxWaiting = 1 << 16;

    private readonly ulong[] _interests = new ulong[Line.Count / 64];
    private readonly Lock _lock = new();
    private List<Line> _waiting = [];
    private List<Line> _spare = [];
    private bool _isOverrun;

    /// <summary>Its number.</summary>
    public ulong Generation { get; } = generation;

    /// <summary>Messages sent. For the cluster thread.</summary>
    public uint Sequence { get; set; }

    /// <summary>
    /// Notes that the reader is about to get a key of a line. Call it before the key is read: a change in between is
    /// then told, and what was read is thrown away.
    /// </summary>
    public void Note(Line line) => Interlocked.Or(ref _interests[line.Number >> 6], 1UL << (line.Number & 63));

    /// <summary>Takes an interest back, once; false when there is none.</summary>
    public bool Take(Line line)
    {
        ref ulong word = ref _interests[line.Number >> 6];
        ulong bit = 1UL << (line.Number & 63);
        return (Volatile.Read(ref word) & bit) != 0 && (Interlocked.And(ref word, ~bit) & bit) != 0;
    }

    /// <summary>Has a line told.</summary>
    public void Tell(Line line)
    {
        lock (_lock)
        {
            if (_waiting.Count < MaxWaiting)
            {
                _waiting.Add(line);
            }
            else
            {
                _isOverrun = true;
            }
        }
    }

    /// <summary>
    /// The lines to tell, until the next call; null when there were more than could wait. For the cluster thread.
    /// </summary>
    public IReadOnlyList<Line>? TakeWaiting()
    {
        lock (_lock)
        {
            (_waiting, _spare) = (_spare, _waiting);
            _waiting.Clear();
            return _isOverrun ? null : _spare;
        }
    }
}

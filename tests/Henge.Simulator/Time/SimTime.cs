namespace Henge.Simulator.Time;

/// <summary>
/// Virtual time: a queue of what is to happen, ordered by (time, sequence), so that one seed has one order of events.
/// Nothing passes between two events; hours cost no more than what happens in them.
/// </summary>
internal sealed class SimTime
{
    private readonly PriorityQueue<Action, Moment> _queue = new();
    private long _sequence;

    /// <summary>Microseconds since the start.</summary>
    public long NowUs { get; private set; }

    /// <summary>Milliseconds since the start.</summary>
    public long NowMs => NowUs / 1000;

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>Does something at a moment; at once, after what is due already, where that has passed.</summary>
    public void At(long us, Action action) => _queue.Enqueue(action, new Moment(Math.Max(us, NowUs), _sequence++));

    /// <summary>Does something so many microseconds from now.</summary>
    public void After(long us, Action action) => At(NowUs + us, action);

    /// <summary>Runs all that is due up to a moment, and moves there.</summary>
    public void RunUntil(long us)
    {
        while (_queue.TryPeek(out _, out Moment next) && next.Us <= us)
        {
            Action action = _queue.Dequeue();
            NowUs = next.Us;
            Events++;
            action();
        }
        NowUs = Math.Max(NowUs, us);
    }

    private readonly record struct Moment(long Us, long Sequence) : IComparable<Moment>
    {
        public int CompareTo(Moment other) =>
            Us != other.Us ? Us.CompareTo(other.Us) : Sequence.CompareTo(other.Sequence);
    }
}

namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// Operations under way in a lane by number: an index and a generation, so that a number finds its operation without
/// hashing and a late answer to an old number finds none. Looking for late ones reads the array from end to end, at
/// most every 10 ms: cheaper than keeping every forwarded GET in a timer.
/// </summary>
internal sealed class FlightTable
{
    private FlightEntry[] _entries = new FlightEntry[64];
    private int _used;
    private int _free = -1;

    /// <summary>Operations in it.</summary>
    public int Count { get; private set; }

    /// <summary>Takes an operation in and numbers it.</summary>
    public void Add(Operation operation)
    {
        int at = _free;
        if (at >= 0)
        {
            _free = _entries[at].NextFree;
        }
        else
        {
            if (_used == _entries.Length)
            {
                Array.Resize(ref _entries, 2 * _used);
            }
            at = _used++;
        }
        _entries[at].Operation = operation;
        _entries[at].DeadlineMs = operation.DeadlineMs;
        Number(operation, at);
        Count++;
    }

    /// <summary>Gives an operation a new number: answers to the old one no longer find it.</summary>
    public void Renew(Operation operation) => Number(operation, IndexOf(operation.Notes.Id));

    /// <summary>Takes an operation out.</summary>
    public void Remove(Operation operation)
    {
        int at = IndexOf(operation.Notes.Id);
        _entries[at].Operation = null;
        _entries[at].NextFree = _free;
        _free = at;
        operation.Notes.Id = 0;
        Count--;
    }

    /// <summary>The operation of a number; null when it has ended or has another by now.</summary>
    public Operation? Find(ulong id)
    {
        int at = IndexOf(id);
        return (uint)at < (uint)_used && _entries[at].Operation is { } operation && operation.Notes.Id == id
            ? operation
            : null;
    }

    /// <summary>Lets an operation end no later than that.</summary>
    public void Hasten(Operation operation, long deadlineMs)
    {
        if (deadlineMs < operation.DeadlineMs)
        {
            operation.DeadlineMs = deadlineMs;
            _entries[IndexOf(operation.Notes.Id)].DeadlineMs = deadlineMs;
        }
    }

    /// <summary>Gathers those whose deadline has passed.</summary>
    public void CollectLate(long nowMs, List<Operation> late)
    {
        foreach (ref FlightEntry entry in _entries.AsSpan(0, _used))
        {
            if (entry.DeadlineMs <= nowMs && entry.Operation is { } operation)
            {
                late.Add(operation);
            }
        }
    }

    /// <summary>Gathers those that were sent to a peer and are not answered, in the order that they came in.</summary>
    public void CollectSent(Peer peer, List<Operation> sent)
    {
        if (peer.InFlight == 0)
        {
            return;
        }
        foreach (ref FlightEntry entry in _entries.AsSpan(0, _used))
        {
            if (entry.Operation is { } operation && operation.Notes.Peer == peer)
            {
                sent.Add(operation);
            }
        }
        sent.Sort(static (a, b) => a.Notes.Sequence.CompareTo(b.Notes.Sequence));
    }

    private static int IndexOf(ulong id) => (int)(uint)id - 1;

    private void Number(Operation operation, int at) =>
        operation.Notes.Id = (ulong)++_entries[at].Generation << 32 | (uint)(at + 1);
}

namespace Henge.Transport.Epoll;

/// <summary>
/// The connections of one loop by row number, which is what epoll carries for them. A row that becomes free is used
/// again only after the turn, because events of this turn may still name it.
/// </summary>
internal sealed class ConnectionTable
{
    private readonly List<EpollConnection?> _rows = [];
    private readonly Stack<int> _free = new();
    private readonly List<int> _freedThisTurn = [];
    private int _count;

    /// <summary>Connections in it and on their way to it. Safe from any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The connections that have a row; some may be closed while they are gone through.</summary>
    public IEnumerable<EpollConnection> All
    {
        get
        {
            for (int row = 0; row < _rows.Count; row++)
            {
                if (_rows[row] is { } connection)
                {
                    yield return connection;
                }
            }
        }
    }

    /// <summary>The connection in a row; null when it is free.</summary>
    public EpollConnection? this[long row] => _rows[(int)row];

    /// <summary>Counts a connection that is on its way. Safe from any thread.</summary>
    public void Expect() => Interlocked.Increment(ref _count);

    /// <summary>Gives a connection a row.</summary>
    public void Add(EpollConnection connection)
    {
        if (!_free.TryPop(out int row))
        {
            row = _rows.Count;
            _rows.Add(null);
        }
        connection.Slot = row;
        _rows[row] = connection;
    }

    /// <summary>Frees a connection's row.</summary>
    public void Remove(EpollConnection connection)
    {
        Interlocked.Decrement(ref _count);
        _rows[connection.Slot] = null;
        _freedThisTurn.Add(connection.Slot);
    }

    /// <summary>Lets the rows that became free be used again.</summary>
    public void EndTurn()
    {
        foreach (int row in _freedThisTurn)
        {
            _free.Push(row);
        }
        _freedThisTurn.Clear();
    }
}

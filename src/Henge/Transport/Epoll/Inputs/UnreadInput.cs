namespace Henge.Transport.Epoll.Inputs;

/// <summary>
/// The connections of a loop that have input of which the kernel knows nothing any more, since TLS took more than there
/// was room for. They go on in the next turn. Belongs to the loop's thread.
/// </summary>
internal sealed class UnreadInput
{
    private List<EpollConnection> _next = [];
    private List<EpollConnection> _reading = [];

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _next.Count == 0;

    /// <summary>Adds one; it may be there already.</summary>
    public void Add(EpollConnection connection) => _next.Add(connection);

    /// <summary>
    /// Has the loop receive from all that were added before this call. That may run commands, and those that go on add
    /// themselves again.
    /// </summary>
    public void Read(EpollLoop loop)
    {
        if (IsEmpty)
        {
            return;
        }
        (_reading, _next) = (_next, _reading);
        foreach (EpollConnection connection in _reading)
        {
            if (connection is { Phase: EpollPhase.Open, IsReceived: false } && (connection.Interest & Libc.In) != 0)
            {
                loop.Receive(connection, isLast: false);
            }
        }
        _reading.Clear();
    }
}

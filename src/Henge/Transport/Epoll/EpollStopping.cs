using Henge.Transport.Connections;

namespace Henge.Transport.Epoll;

/// <summary>
/// The end of a loop: what the kernel has received by then is carried out and answered, and what takes too long is cut.
/// </summary>
internal sealed class EpollStopping
{
    private readonly EpollLoop _loop;
    private readonly ConnectionHost _host;
    private readonly ConnectionTable _table;
    private readonly EpollBatch _batch;
    private readonly long _cutAtMs;

    /// <summary>Begins to stop a loop.</summary>
    public EpollStopping(EpollLoop loop, ConnectionHost host, ConnectionTable table, EpollBatch batch, long nowMs)
    {
        _loop = loop;
        _host = host;
        _table = table;
        _batch = batch;
        _cutAtMs = nowMs + (long)host.Limits.StopTimeout.TotalMilliseconds;
    }

    /// <summary>Takes what the kernel still holds, once per connection and turn, until there is nothing more.</summary>
    public void Turn(bool cuts)
    {
        foreach (EpollConnection connection in _table.All)
        {
            if (connection is { IsStalled: false, ClosesAfterOutput: false, Output.Length: 0 }
                && connection.Phase is EpollPhase.Undecided or EpollPhase.Open)
            {
                _loop.Receive(connection, isLast: true);
            }
        }
        _batch.Run();
        if (cuts || _loop.MonotonicMs >= _cutAtMs)
        {
            CutAll();
        }
    }

    private void CutAll()
    {
        int cut = 0;
        foreach (EpollConnection connection in _table.All)
        {
            _loop.Close(connection, CloseReason.Stop);
            cut++;
        }
        if (cut > 0)
        {
            Log.ConnectionsCut(_host.Node.Logger, cut);
        }
    }
}

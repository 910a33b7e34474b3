using System.Diagnostics;
using System.Net.Sockets;

using Henge.Server.Client;
using Henge.Values;

namespace Henge.Server.Bench;

/// <summary>
/// One thread of the load generator and its connections. It reads the replies of one connection, sends its next batch
/// and goes to the next, so all others are in flight meanwhile and a batch costs two system calls. Under a fixed rate
/// batches are due on a schedule, and latency counts from then: a server that stalls cannot hide the commands it
/// delayed.
/// </summary>
internal sealed class BenchWorker : IDisposable
{
    private const int FillBatch = 64;
    private const double LongestWaitMs = 50;

    private static readonly double _nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly Lock _gate = new();
    private readonly BenchPlan _plan;
    private readonly BenchConnection[] _connections;
    private readonly RequestBatch _batch;
    private readonly Random _random;
    private readonly LatencyHistogram _window = new();
    private readonly ManualResetEventSlim _stopping = new();
    private long _done;
    private long _budget;

    /// <summary>Connects.</summary>
    /// <exception cref="RequestFailedException">The node cannot be reached or refuses the password.</exception>
    public BenchWorker(BenchPlan plan, int connections, int seed)
    {
        _plan = plan;
        _random = new Random(seed);
        byte[] value = new byte[plan.ValueBytes];
        _random.NextBytes(value);
        _batch = new RequestBatch(value);
        _connections = new BenchConnection[connections];
        for (int i = 0; i < connections; i++)
        {
            _connections[i] = new BenchConnection(NodeConnection.Open(plan.Target));
        }
    }

    /// <summary>Commands answered in this phase, live.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>What it counted; read it when the worker has ended.</summary>
    public BenchTotals Totals { get; } = new();

    /// <summary>Why it ended early; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Asks it to end once what is in flight has been answered.</summary>
    public void Stop() => _stopping.Set();

    /// <summary>Adds the latencies since the last call to <paramref name="to"/>.</summary>
    public void TakeWindow(LatencyHistogram to)
    {
        lock (_gate)
        {
            to.Add(_window);
            _window.Clear();
        }
    }

    /// <summary>Sets the keys from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    public void Fill(long first, long end)
    {
        int most = Math.Min(FillBatch, BenchPlan.Deepest(_plan.ValueBytes));
        long next = first;
        Guarded(() => Closed(() =>
        {
            int count = (int)Math.Min(most, end - next);
            for (int i = 0; i < count; i++)
            {
                _batch.Set(next++);
            }
            return count;
        }));
    }

    /// <summary>Runs the load until <see cref="Stop"/> or, where it is not 0, that many commands.</summary>
    public void Load(long commands)
    {
        Totals.Latency.Clear();
        _window.Clear();
        Volatile.Write(ref _done, 0);
        _budget = commands > 0 ? commands : long.MaxValue;
        Guarded(() =>
        {
            if (_plan.Rate > 0)
            {
                Open();
            }
            else
            {
                Closed(Mixed);
            }
        });
        foreach (BenchConnection connection in _connections)
        {
            Totals.Misses += connection.Replies.Misses;
            Totals.Errors += connection.Replies.Errors;
            Totals.FirstError ??= connection.Replies.FirstError;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BenchConnection? connection in _connections)
        {
            connection?.Dispose();
        }
        _stopping.Dispose();
    }

    /// <summary>Each connection sends again as soon as its replies are in, until there is nothing to send.</summary>
    private void Closed(Func<int> next)
    {
        int busy = 0;
        foreach (BenchConnection connection in _connections)
        {
            busy += SendNext(connection, next, Stopwatch.GetTimestamp()) ? 1 : 0;
        }
        for (int at = 0; busy > 0; at = (at + 1) % _connections.Length)
        {
            BenchConnection connection = _connections[at];
            if (connection.InFlight == 0)
            {
                continue;
            }
            Await(connection);
            busy -= SendNext(connection, next, Stopwatch.GetTimestamp()) ? 0 : 1;
        }
    }

    /// <summary>
    /// Batches go out when they are due, oldest answered first; a late one keeps the time it was due.
    /// </summary>
    private void Open()
    {
        double interval = (double)Stopwatch.Frequency * _plan.Pipeline * _plan.Threads / _plan.Rate;
        double due = Stopwatch.GetTimestamp();
        int head = 0;
        int busy = 0;
        bool more = true;
        while (more || busy > 0)
        {
            double wait = due - Stopwatch.GetTimestamp();
            if (more && wait <= 0 && busy < _connections.Length)
            {
                more = SendNext(_connections[(head + busy) % _connections.Length], Mixed, (long)due);
                busy += more ? 1 : 0;
                due += interval;
            }
            else if (busy > 0 && (busy == _connections.Length || !more || _connections[head].HasInput(Span(wait))))
            {
                Await(_connections[head]);
                head = (head + 1) % _connections.Length;
                busy--;
            }
            else if (busy == 0)
            {
                // Whole milliseconds, one less than there are: waking is late rather than early, and the rest is spun
                // away.
                _stopping.Wait(Span(wait - (Stopwatch.Frequency / 1000)));
            }
            more &= !_stopping.IsSet;
        }
    }

    private static TimeSpan Span(double ticks) =>
        TimeSpan.FromMilliseconds(Math.Clamp(Math.Floor(ticks * 1000 / Stopwatch.Frequency), 0, LongestWaitMs));

    private bool SendNext(BenchConnection connection, Func<int> next, long since)
    {
        if (_stopping.IsSet)
        {
            return false;
        }
        _batch.Clear();
        int count = next();
        if (count == 0)
        {
            return false;
        }
        connection.Send(_batch.Written, count, since);
        return true;
    }

    private void Await(BenchConnection connection)
    {
        while (connection.InFlight > 0)
        {
            int answered = connection.Receive();
            if (answered == 0)
            {
                continue;
            }
            long nanoseconds = (long)((Stopwatch.GetTimestamp() - connection.Since) * _nanosecondsPerTick);
            lock (_gate)
            {
                Totals.Latency.Record(nanoseconds, answered);
                _window.Record(nanoseconds, answered);
            }
            Volatile.Write(ref _done, _done + answered);
        }
    }

    private int Mixed()
    {
        int count = (int)Math.Min(_plan.Pipeline, _budget);
        _budget -= count;
        for (int i = 0; i < count; i++)
        {
            long key = _random.NextInt64(_plan.Keys);
            if (_random.Next(_plan.Gets + _plan.Sets) < _plan.Gets)
            {
                _batch.Get(key);
                Totals.Gets++;
            }
            else
            {
                _batch.Set(key);
            }
        }
        return count;
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException
            or RequestFailedException or InvalidDataException)
        {
            Failure ??= error is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }
                ? "the server did not answer within " + Duration.Format(_plan.Target.Timeout)
                : error.Message;
        }
    }
}

using Henge.Cluster;

namespace Henge.Simulator.Network;

/// <summary>
/// One direction of a connection, as TCP has it: in order, delayed, no faster than its bandwidth, held up by cuts and
/// clogs, and nothing is lost but an undelivered suffix when the connection is reset.
/// </summary>
internal sealed class SimStream(SimNetwork network, SimConnection connection, LinkEnd from, LinkEnd to)
{
    private readonly Queue<Parcel> _parcels = new();
    private long _bytes;
    private long _lastDueUs;
    private long _busyUntilUs;
    private bool _isArmed;
    private bool _isWatched;

    /// <summary>Whether it was reset on the way: what is sent from now on is lost.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Messages under way.</summary>
    public int Count => _parcels.Count;

    /// <summary>Queues a message; false when the queue is full or this end is closed.</summary>
    public bool TrySend(ReadOnlySpan<byte> message, long limit)
    {
        if (from.IsClosed || (_bytes > 0 && _bytes + message.Length > limit))
        {
            return false;
        }
        if (!IsBroken)
        {
            long now = network.Time.NowUs;
            _busyUntilUs = Math.Max(_busyUntilUs, now)
                + (message.Length * 1_000_000L / BytesPerSecond);
            Enqueue(message.ToArray(), default, _busyUntilUs + network.Delay());
            Watch(now);
        }
        return true;
    }

    /// <summary>Loses what comes after a prefix of what is under way, and says why at its end.</summary>
    public void Break(DownReason reason, bool losesSuffix)
    {
        if (IsBroken)
        {
            return;
        }
        IsBroken = true;
        int keep = losesSuffix ? network.Random.Below(_parcels.Count + 1) : _parcels.Count;
        for (int i = _parcels.Count; i > 0; i--)
        {
            Parcel parcel = _parcels.Dequeue();
            if (keep-- > 0)
            {
                _parcels.Enqueue(parcel);
            }
        }
        Enqueue(null, reason, network.Time.NowUs + network.Delay());
    }

    /// <summary>Nothing holds it up any more.</summary>
    public void Resume()
    {
        if (_parcels.Count > 0 && !_isArmed)
        {
            // TCP sends again after a while, not at once.
            Arm(network.Time.NowUs + network.Delay() + network.Random.Below(200_000L));
        }
    }

    private long BytesPerSecond => connection.Kind == LinkKind.Bulk
        ? network.Conditions.BulkBytesPerSecond : network.Conditions.BytesPerSecond;

    private void Enqueue(byte[]? bytes, DownReason reason, long dueUs)
    {
        _lastDueUs = Math.Max(_lastDueUs, dueUs);
        _bytes += bytes?.Length ?? 0;
        bool isFirst = _parcels.Count == 0;
        _parcels.Enqueue(new Parcel(bytes, reason, _lastDueUs));
        if (isFirst && !_isArmed)
        {
            Arm(_lastDueUs);
        }
    }

    private void Arm(long us)
    {
        _isArmed = true;
        network.Time.At(us, Arrive);
    }

    private void Arrive()
    {
        _isArmed = false;
        while (_parcels.TryPeek(out Parcel parcel))
        {
            if (parcel.DueUs > network.Time.NowUs)
            {
                Arm(parcel.DueUs);
                return;
            }
            if (network.Holds(this, from.Host, to.Host))
            {
                return;
            }
            _parcels.Dequeue();
            _bytes -= parcel.Bytes?.Length ?? 0;
            Deliver(parcel);
        }
    }

    private void Deliver(Parcel parcel)
    {
        if (to.IsClosed)
        {
            if (parcel.Bytes is not null)
            {
                connection.AnswerReset(from, to);
            }
            return;
        }
        network.Hash.Add(network.Time.NowUs);
        network.Hash.Add(connection.Number);
        if (parcel.Bytes is byte[] bytes)
        {
            network.Delivered++;
            network.Hash.Add(bytes);
            to.Thread.Post(() => to.Receive(bytes));
            return;
        }
        connection.Lose(to, parcel.Reason);
    }

    // Bytes that cannot be acknowledged end the connection at the sender after the user timeout.
    private void Watch(long now)
    {
        if (_isWatched || network.AreConnected(from.Host, to.Host) || from.Host == to.Host)
        {
            return;
        }
        _isWatched = true;
        network.Time.After(network.Conditions.UserTimeoutUs, () =>
        {
            _isWatched = false;
            if (network.IsCutSince(from.Host, to.Host, now) || network.IsCutSince(to.Host, from.Host, now))
            {
                connection.Lose(from, DownReason.TimedOut);
            }
        });
    }
}

using Henge.Storage.Figures;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// Requests over HTTP by method and kind of status, and how long they took. Any thread counts and reads.
/// </summary>
internal sealed class HttpFigures
{
    /// <summary>Methods told apart; every other counts as the last.</summary>
    public static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "other"];

    /// <summary>Kinds of status, from 1xx on.</summary>
    public static readonly string[] Statuses = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly long[] _requests = new long[Methods.Length * Statuses.Length];
    private Func<long>? _connections;

    /// <summary>Nanoseconds that requests took, from their first look to their last byte handed over.</summary>
    public LogHistogram Durations { get; } = new();

    /// <summary>Connections open now, where the node hosts HTTP itself; null in an application.</summary>
    public long? Connections => _connections?.Invoke();

    /// <summary>Requests of all kinds.</summary>
    public long AllRequests
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _requests.Length; i++)
            {
                sum += Volatile.Read(ref _requests[i]);
            }
            return sum;
        }
    }

    /// <summary>Has <see cref="Connections"/> ask there.</summary>
    public void CountConnectionsBy(Func<long> connections) => _connections = connections;

    /// <summary>Counts a request and what it took.</summary>
    public void Count(string method, int status, long nanoseconds)
    {
        Count(method, status);
        Durations.AddShared(nanoseconds);
    }

    /// <summary>Counts a request that lasts as long as somebody listens.</summary>
    public void Count(string method, int status)
    {
        int kind = Math.Clamp((status / 100) - 1, 0, Statuses.Length - 1);
        Interlocked.Increment(ref _requests[(IndexOf(method) * Statuses.Length) + kind]);
    }

    /// <summary>Requests of a method that were answered with a kind of status.</summary>
    public long Requests(int method, int status) =>
        Volatile.Read(ref _requests[(method * Statuses.Length) + status]);

    private static int IndexOf(string method)
    {
        for (int i = 0; i < Methods.Length - 1; i++)
        {
            if (string.Equals(method, Methods[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }
        return Methods.Length - 1;
    }
}

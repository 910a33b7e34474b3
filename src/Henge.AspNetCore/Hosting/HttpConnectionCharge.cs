using Henge.Storage;

using Microsoft.AspNetCore.Connections;

namespace Henge.AspNetCore.Hosting;

/// <summary>
/// Counts the HTTP connections and charges each a flat sum against the node's memory: the buffers are Kestrel's own, so
/// what an idle connection takes can only be estimated.
/// </summary>
internal sealed class HttpConnectionCharge
{
    private readonly Store _store;
    private readonly int _bytes;
    private long _connections;

    internal HttpConnectionCharge(Store store, HttpLimits limits)
    {
        _store = store;
        _bytes = limits.ConnectionChargeBytes;
    }

    /// <summary>HTTP connections open now.</summary>
    internal long Connections => Interlocked.Read(ref _connections);

    /// <summary>Charges a connection until it closes.</summary>
    internal ConnectionContext Take(ConnectionContext connection)
    {
        Interlocked.Increment(ref _connections);
        _store.Charge(_bytes);
        connection.ConnectionClosed.Register(static charge => ((HttpConnectionCharge)charge!).Release(), this);
        return connection;
    }

    private void Release()
    {
        Interlocked.Decrement(ref _connections);
        _store.Charge(-_bytes);
    }
}

using System.Net;

using Microsoft.AspNetCore.Connections;

namespace Henge.AspNetCore.Hosting;

/// <summary>Gives Kestrel the one listener that there is: the sockets that the node hands over.</summary>
internal sealed class HandedOverListenerFactory : IConnectionListenerFactory
{
    private readonly HandedOverListener _listener;

    internal HandedOverListenerFactory(HandedOverListener listener) => _listener = listener;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _listener.EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(_listener);
    }
}

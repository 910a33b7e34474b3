using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

using Henge.Server.Values;

using Microsoft.Extensions.Logging;

namespace Henge.Server.Serve;

/// <summary>
/// Tries the addresses of <c>--peers</c> in the background and logs what it finds: each peer once when it is
/// unreachable and once when it answers, after which it is left alone. It never fails the node. The node's own address,
/// by whatever name, is recognised.
/// </summary>
internal sealed class PeerWatch : IAsyncDisposable
{
    private static readonly TimeSpan _attemptLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly Task _watching;

    /// <summary>Starts to watch.</summary>
    /// <param name="peers">Whom.</param>
    /// <param name="own">Where this node listens.</param>
    /// <param name="logger">Where findings go.</param>
    /// <param name="timeProvider">The clock of the pauses between attempts.</param>
    public PeerWatch(
        IReadOnlyCollection<PeerAddress> peers,
        IReadOnlyList<IPEndPoint> own,
        ILogger logger,
        TimeProvider timeProvider)
    {
        _logger = logger;
        _timeProvider = timeProvider;
        _watching = Task.WhenAll(peers.Distinct().Select(peer => Task.Run(() => WatchAsync(peer, own, _stop.Token))));
    }

    /// <summary>Stops and waits until nothing is tried any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>
    /// True when one of <paramref name="addresses"/> with <paramref name="port"/> is where this node listens.
    /// </summary>
    internal static bool IsOwn(IPAddress[] addresses, int port, IReadOnlyList<IPEndPoint> own)
    {
        foreach (IPEndPoint endPoint in own.Where(endPoint => endPoint.Port == port))
        {
            foreach (IPAddress address in addresses)
            {
                if (address.Equals(endPoint.Address) || (IsAny(endPoint.Address) && IsOfThisMachine(address)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private async Task WatchAsync(PeerAddress peer, IReadOnlyList<IPEndPoint> own, CancellationToken cancellationToken)
    {
        bool told = false;
        try
        {
            while (!await TryAsync(peer, own, told, cancellationToken).ConfigureAwait(false))
            {
                told = true;
                await Task.Delay(_interval, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    /// <summary>One attempt; true when there is nothing more to find out.</summary>
    private async Task<bool> TryAsync(
        PeerAddress peer, IReadOnlyList<IPEndPoint> own, bool told, CancellationToken cancellationToken)
    {
        string reason;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_attemptLimit);
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(peer.Host, limit.Token).ConfigureAwait(false);
            if (IsOwn(addresses, peer.Port, own))
            {
                Log.PeerIsSelf(_logger, peer.ToString());
                return true;
            }
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(addresses, peer.Port, limit.Token).ConfigureAwait(false);
            Log.PeerReachable(_logger, peer.ToString());
            return true;
        }
        catch (SocketException error)
        {
            reason = Reason(error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reason = "no answer within " + Duration.Format(_attemptLimit);
        }
        if (!told)
        {
            Log.PeerUnreachable(_logger, peer.ToString(), reason, Duration.Format(_interval));
        }
        return false;
    }

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is unknown",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way to it",
        _ => error.Message,
    };

    private static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsOfThisMachine(IPAddress address) =>
        IPAddress.IsLoopback(address) || NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Any(unicast => unicast.Address.Equals(address));
}

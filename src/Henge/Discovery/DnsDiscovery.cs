using System.Net;
using System.Net.Sockets;

namespace Henge.Discovery;

/// <summary>
/// Resolves a name again and again. An answer without addresses is none: negative answers are cached on the way, and a
/// name that is misspelt must not make every node a ring of its own. The platform's resolver is asked, since it knows
/// search domains, hosts files and TCP for long answers.
/// </summary>
/// <param name="name">The name.</param>
/// <param name="lookup">Finds addresses.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="chance">From 0 to below 1; spreads the nodes of a fleet out.</param>
internal sealed class DnsDiscovery(
    DnsName name, Func<string, CancellationToken, Task<IPAddress[]>> lookup, TimeProvider timeProvider,
    Func<double> chance) : IDiscovery
{
    /// <summary>Between two questions while all is well.</summary>
    public const int IntervalMs = 10_000;

    /// <summary>The same while nobody else is known, so that islands do not last.</summary>
    public const int AloneMs = 2000;

    /// <summary>The same while the node does not serve yet, and the pause after a failure, which doubles.</summary>
    public const int FirstMs = 1000;

    /// <summary>Longest pause after failures.</summary>
    public const int MostMs = 5000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private int _failures;

    /// <inheritdoc/>
    public string Name => name.ToString();

    /// <inheritdoc/>
    public async Task RunAsync(SourceView view, CancellationToken cancellationToken)
    {
        while (true)
        {
            await LookAsync(view, cancellationToken).ConfigureAwait(false);
            int pauseMs = _failures > 0 ? Math.Min(MostMs, FirstMs << Math.Min(_failures - 1, 8))
                : view.IsAwaited ? FirstMs
                : view.IsUrgent ? AloneMs
                : IntervalMs;
            // Three quarters to all of it: spread out, and never longer than promised.
            var pause = TimeSpan.FromMilliseconds(pauseMs * (0.75 + (chance() / 4)));
            await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds nothing.
    }

    private async Task LookAsync(SourceView view, CancellationToken cancellationToken)
    {
        string why;
        try
        {
            IPAddress[] found = await lookup(name.Host, cancellationToken)
                .WaitAsync(s_patience, timeProvider, cancellationToken).ConfigureAwait(false);
            string[] addresses = [.. found.Select(Usable).OfType<IPAddress>().Distinct()
                .Select(address => new IPEndPoint(address, name.Port).ToString())];
            if (addresses.Length > 0)
            {
                _failures = 0;
                view.Named(addresses, isAnswer: true);
                return;
            }
            why = found.Length == 0 ? WordsOf(SocketError.NoData) : "it has no address that a node can have";
        }
        catch (SocketException exception)
        {
            why = WordsOf(exception.SocketErrorCode);
        }
        catch (TimeoutException)
        {
            why = WordsOf(SocketError.TimedOut);
        }
        _failures++;
        view.Failed(why);
    }

    // Link-local addresses mean nothing without the interface, which an answer does not name.
    private static IPAddress? Usable(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || plain.Equals(IPAddress.Broadcast)
            || plain.IsIPv6LinkLocal || plain.IsIPv6Multicast
            || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes()[0] is >= 224 and < 240)
            ? null
            : plain;
    }

    private static string WordsOf(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData =>
            "there is no such name, or it has no addresses yet (a headless service in Kubernetes needs "
            + "publishNotReadyAddresses: true)",
        SocketError.TryAgain or SocketError.TimedOut => "no name server answers",
        _ => $"it cannot be resolved ({error})",
    };
}

using System.Net;

using Henge.Transport.Buffers;
using Henge.Transport.Tls;

namespace Henge.Peers.Doors;

/// <summary>How the peers' door comes by TLS for the links that it dials.</summary>
/// <param name="context">The node's certificates as they are now; null while it has none.</param>
/// <param name="budget">What sessions are charged to.</param>
/// <param name="allowsPlain">Whether links may do without TLS where the other side has none.</param>
/// <param name="failed">Told that TLS with another node came to nothing, and why.</param>
internal sealed class TlsDialling(
    Func<TlsContext?> context, BufferBudget? budget, bool allowsPlain, Action<IPEndPoint, string> failed)
{
    /// <summary>Of a node that has no certificate.</summary>
    public static TlsDialling None { get; } = new(static () => null, null, allowsPlain: false, static (_, _) => { });

    /// <summary>Whether this node speaks TLS.</summary>
    public bool IsOn => context() is not null;

    /// <summary>Whether links may do without TLS where there is TLS.</summary>
    public bool AllowsPlain => allowsPlain;

    /// <summary>As a node's options and files say.</summary>
    public static TlsDialling Of(HengeNode node, BufferBudget budget, RingLog log) =>
        new(() => node.Secrets.Tls, budget, node.Options.Security.AllowPlain, log.TlsFailed);

    /// <summary>Makes TLS for a dial to a host; null when this node speaks none.</summary>
    public TlsSession? Session(string host) =>
        context() is { } certificates && budget is not null ? new TlsSession(certificates, budget, host) : null;

    /// <summary>TLS with another node came to nothing.</summary>
    public void Failed(IPEndPoint remote, string why) => failed(remote, why);
}

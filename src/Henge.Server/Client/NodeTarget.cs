using Henge.Server.Serve;

namespace Henge.Server.Client;

/// <summary>A node to connect to.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Password">What AUTH is given; null where none is needed.</param>
/// <param name="Timeout">Longest to wait for the connection or for bytes.</param>
internal sealed record NodeTarget(PeerAddress Address, string? Password, TimeSpan Timeout)
{
    /// <summary>Who logs in; null for the default user.</summary>
    public string? User { get; init; }

    /// <summary>How to speak TLS; null: without.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>Without the password, which must not reach a log or a terminal.</summary>
    public override string ToString() => Address.ToString();
}

using Henge.Server.CommandLine;

namespace Henge.Server.Serve;

/// <summary>The options of a node that are about TLS, in the order of help.</summary>
internal static class TlsOptions
{
    private const string Clients = "Clients";

    /// <summary>--tls-cert</summary>
    public static readonly CommandOption Certificate = new()
    {
        Name = "tls-cert",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Clients,
        Help = "Certificate in PEM, its chain behind it: clients and nodes then speak TLS on the one port.",
    };

    /// <summary>--tls-key</summary>
    public static readonly CommandOption Key = new()
    {
        Name = "tls-key",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Clients,
        Help = "The certificate's private key in PEM.",
    };

    /// <summary>--tls-client-ca</summary>
    public static readonly CommandOption ClientCa = new()
    {
        Name = "tls-client-ca",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Clients,
        Help = "Authorities in PEM: every client and node must show a certificate that one of them has signed.",
    };

    /// <summary>--tls-plain</summary>
    public static readonly CommandOption Plain = new()
    {
        Name = "tls-plain",
        Kind = OptionKind.Switch,
        Group = Clients,
        Help = "Take connections without TLS beside it, as while a ring goes over to TLS.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandOption> All { get; } = [Certificate, Key, ClientCa, Plain];
}

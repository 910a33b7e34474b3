using Henge.Server.CommandLine;

namespace Henge.Server.Serve;

/// <summary>The options of a node that are about discovery, in the order of help.</summary>
internal static class DiscoveryFlags
{
    private const string Ring = "Ring";

    /// <summary>--discovery</summary>
    public static readonly CommandOption Sources = new()
    {
        Name = "discovery",
        Kind = OptionKind.List,
        ValueName = "SOURCE,…",
        Group = Ring,
        Help = "Who names such nodes while running, and no ring begins without: dns:NAME[:port], "
            + "etcd:URL/PREFIX (docs/discovery.md).",
    };

    /// <summary>--etcd-user</summary>
    public static readonly CommandOption EtcdUser = new()
    {
        Name = "etcd-user",
        Kind = OptionKind.Text,
        ValueName = "USER",
        Group = Ring,
        Help = "Who to log in as at etcd.",
    };

    /// <summary>--etcd-password-file</summary>
    public static readonly CommandOption EtcdPasswordFile = new()
    {
        Name = "etcd-password-file",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Ring,
        Help = "File whose first line is that user's password.",
    };

    /// <summary>HENGE_ETCD_PASSWORD</summary>
    public static readonly CommandOption EtcdPassword = new()
    {
        Name = "etcd-password",
        Kind = OptionKind.Text,
        Group = Ring,
        IsSecret = true,
        Help = "The password itself; in the environment alone. --etcd-password-file goes before it.",
    };

    /// <summary>--etcd-ca</summary>
    public static readonly CommandOption EtcdCa = new()
    {
        Name = "etcd-ca",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Ring,
        Help = "Authorities in PEM that may sign etcd's certificates; unless given, those that the system trusts.",
    };

    /// <summary>--etcd-cert</summary>
    public static readonly CommandOption EtcdCertificate = new()
    {
        Name = "etcd-cert",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Ring,
        Help = "Certificate in PEM that is shown to etcd; read again when it changes.",
    };

    /// <summary>--etcd-key</summary>
    public static readonly CommandOption EtcdKey = new()
    {
        Name = "etcd-key",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Ring,
        Help = "That certificate's private key in PEM.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
        [Sources, EtcdUser, EtcdPasswordFile, EtcdPassword, EtcdCa, EtcdCertificate, EtcdKey];
}

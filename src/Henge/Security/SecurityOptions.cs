using System.Net;

namespace Henge.Security;

/// <summary>
/// Who may talk to a node, and how: the part of <see cref="HengeOptions"/> that names files. All files are looked at
/// once a second and read again when they have changed; a bad one is logged, and what was read before stays in use.
/// Files that others than their owner may write are refused. Set before the node is made.
/// </summary>
public sealed class SecurityOptions
{
    /// <summary>Least characters of a cluster secret.</summary>
    internal const int MinSecretLength = 8;

    /// <summary>
    /// File whose first line is the password of the default user; null (default): <see cref="HengeOptions.Password"/>.
    /// </summary>
    public string? PasswordFile { get; set; }

    /// <summary>Named users; default none. With any, everybody must say who they are.</summary>
    public IList<UserDefinition> Users { get; } = new List<UserDefinition>();

    /// <summary>
    /// File with named users, one a line: <c>name role hash [prefix …]</c>, as <c>henge user</c> prints it; null
    /// (default) for none. They are added to <see cref="Users"/>. Connections of users that are taken out of it, or get
    /// other rights, are closed.
    /// </summary>
    public string? UsersFile { get; set; }

    /// <summary>
    /// File with the cluster's secrets, one a line; null (default): <see cref="HengeOptions.ClusterSecrets"/>. Links
    /// that are up stay up when it changes.
    /// </summary>
    public string? ClusterSecretFile { get; set; }

    /// <summary>
    /// File with the node's certificate in PEM, the ones that lead to its authority behind it; null (default): no TLS.
    /// With it clients and other nodes speak TLS 1.2 or 1.3 on the node's one port.
    /// </summary>
    public string? TlsCertificateFile { get; set; }

    /// <summary>File with the certificate's private key in PEM, without a password.</summary>
    public string? TlsKeyFile { get; set; }

    /// <summary>
    /// File with the certificates of authorities in PEM; null (default) for none. With it every client and node must
    /// show a certificate that one of them has signed.
    /// </summary>
    public string? TlsClientCaFile { get; set; }

    /// <summary>
    /// Whether connections without TLS are taken too, and tried where another node does not speak it. Default false.
    /// For the time in which a ring goes over to TLS.
    /// </summary>
    public bool AllowPlain { get; set; }

    /// <summary>Checks what can be checked without reading a file.</summary>
    /// <returns>Null, or one line that says what is wrong and how to mend it.</returns>
    internal string? Validate(HengeOptions options)
    {
        if (options.Password is { Length: 0 })
        {
            return "the password is empty: give one, or none at all";
        }
        if (options.ClusterSecrets.Any(static secret => secret.Length < MinSecretLength))
        {
            return $"a cluster secret is too short: give at least {MinSecretLength} characters, random ones";
        }
        if ((TlsCertificateFile is null) != (TlsKeyFile is null))
        {
            return "TLS takes a certificate and its key: give both --tls-cert and --tls-key";
        }
        if (TlsCertificateFile is null && (TlsClientCaFile is not null || AllowPlain))
        {
            return "--tls-client-ca and --tls-plain are about TLS: give --tls-cert and --tls-key too";
        }
        if (options.Insecure
            || options.Bind.FirstOrDefault(static address => !IPAddress.IsLoopback(address)) is not { } open)
        {
            return null;
        }
        if (options.Password is null && PasswordFile is null && UsersFile is null && Users.Count == 0)
        {
            return $"{open} is reachable from other machines and no password is set: "
                + "set one (--password-file or HENGE_PASSWORD; Password in an application), name users (--users-file), "
                + "bind 127.0.0.1, or say --insecure (Insecure)";
        }
        return options.ClusterSecrets.Count > 0 || ClusterSecretFile is not null ? null
            : $"{open} is reachable from other machines and no cluster secret is set, so anyone could join the ring: "
                + "set one (--cluster-secret-file or HENGE_CLUSTER_SECRET; ClusterSecrets in an application), bind "
                + "127.0.0.1, or say --insecure (Insecure)";
    }
}

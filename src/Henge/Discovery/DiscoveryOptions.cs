using Henge.Discovery.Etcd;

namespace Henge.Discovery;

/// <summary>
/// Where a node learns who may be in its ring, beside <see cref="HengeOptions.Peers"/> (docs/discovery.md): the part of
/// <see cref="HengeOptions"/> for fleets. What is named there is dialled; who is alive the nodes find out among
/// themselves, so that a source that is away, or comes back empty, takes nobody out of the ring. Set before the node is
/// made.
/// </summary>
public sealed class DiscoveryOptions
{
    /// <summary>Most sources; more would be a mistake.</summary>
    internal const int MaxSources = 8;

    /// <summary>
    /// Sources. <c>dns:NAME[:port]</c> is a name whose addresses are nodes, such as a headless service in Kubernetes
    /// (the port is 7400 unless given). <c>etcd:http(s)://host[:port][,host[:port]…][/prefix]</c> is etcd, and the
    /// prefix under which nodes enter themselves (/henge unless given). Default none. A node with sources becomes ready
    /// when it has joined a ring, or when every source has answered and for 5 s nobody was there: never because a
    /// source was silent.
    /// </summary>
    public IList<string> Sources { get; } = new List<string>();

    /// <summary>User to log in as at etcd; null (default): nobody.</summary>
    public string? EtcdUser { get; set; }

    /// <summary>The user's password. Give it by file or environment, never as an argument others can list.</summary>
    public string? EtcdPassword { get; set; }

    /// <summary>
    /// File whose first line is the user's password, read at each login; null (default): <see cref="EtcdPassword"/>.
    /// </summary>
    public string? EtcdPasswordFile { get; set; }

    /// <summary>
    /// File with the certificates in PEM of those who may sign the certificates of etcd; null (default): whom the
    /// system trusts. Read again when it changes.
    /// </summary>
    public string? EtcdCaFile { get; set; }

    /// <summary>
    /// File with the certificate in PEM that this node shows to etcd, the ones that lead to its authority behind it;
    /// null (default): none. Read again when it changes.
    /// </summary>
    public string? EtcdCertificateFile { get; set; }

    /// <summary>File with that certificate's private key in PEM, without a password.</summary>
    public string? EtcdKeyFile { get; set; }

    /// <summary>
    /// Puts together again what was split at commas: those inside of a source, and those between.
    /// </summary>
    internal static IEnumerable<string> Rejoin(IEnumerable<string> parts)
    {
        string? source = null;
        foreach (string part in parts)
        {
            if (source is not null && !DnsName.Is(part) && !EtcdPrefix.Is(part))
            {
                source += "," + part;
                continue;
            }
            if (source is not null)
            {
                yield return source;
            }
            source = part;
        }
        if (source is not null)
        {
            yield return source;
        }
    }

    /// <summary>Checks what can be checked without asking anybody.</summary>
    /// <returns>Null, or one line that says what is wrong and how to mend it.</returns>
    internal string? Validate()
    {
        if (Sources.Count > MaxSources)
        {
            return $"discovery has {Sources.Count} sources: give at most {MaxSources}";
        }
        foreach (string source in Sources)
        {
            string? wrong = DnsName.Is(source) ? DnsName.TryParse(source, out _)
                : EtcdPrefix.Is(source) ? EtcdPrefix.TryParse(source, out _)
                : "write dns:NAME[:port], or etcd:http://host:port/prefix";
            if (wrong is not null)
            {
                // What stands before an @ may be a password.
                return $"discovery '{source[(source.IndexOf('@', StringComparison.Ordinal) + 1)..]}': {wrong}";
            }
        }
        return ValidateEtcd();
    }

    private string? ValidateEtcd()
    {
        bool hasPassword = EtcdPassword is not null || EtcdPasswordFile is not null;
        if ((EtcdUser is not null) != hasPassword)
        {
            return "a login at etcd takes a user and a password: give --etcd-user, and --etcd-password-file or "
                + "HENGE_ETCD_PASSWORD";
        }
        if ((EtcdCertificateFile is null) != (EtcdKeyFile is null))
        {
            return "a certificate for etcd takes its key: give both --etcd-cert and --etcd-key";
        }
        bool hasFiles = EtcdCaFile is not null || EtcdCertificateFile is not null;
        if ((hasPassword || hasFiles) && !Sources.Any(EtcdPrefix.Is))
        {
            return "a user, a password or a certificate for etcd is given, and no etcd: give --discovery etcd:…";
        }
        return hasFiles
            && !Sources.Any(static text =>
                EtcdPrefix.Is(text) && EtcdPrefix.TryParse(text, out EtcdPrefix? prefix) is null && prefix!.IsSecure)
            ? "--etcd-ca and --etcd-cert are about TLS: give etcd's addresses as https://…"
            : null;
    }
}

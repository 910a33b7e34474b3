using System.Text;

using Henge.Sessions;
using Henge.Transport.Tls;

namespace Henge.Security;

/// <summary>
/// What a node knows of secrets, from its options and the files that these name. The maintenance thread has it look at
/// the files, so a change needs no restart; a file that cannot be used changes nothing.
/// </summary>
internal sealed class NodeSecrets
{
    private static readonly TimeSpan s_warnBefore = TimeSpan.FromDays(14);

    private readonly HengeNode _node;
    private readonly Lock _lock = new();
    private readonly SecretFile? _password;
    private readonly SecretFile? _users;
    private readonly SecretFile? _cluster;
    private readonly SecretFile? _certificate;
    private readonly SecretFile? _key;
    private readonly SecretFile? _authority;
    private byte[][] _clusterSecrets = [];
    private TlsContext? _tls;

    /// <summary>Creates it; nothing is read yet.</summary>
    public NodeSecrets(HengeNode node)
    {
        _node = node;
        SecurityOptions options = node.Options.Security;
        _password = Of("--password-file", options.PasswordFile);
        _users = Of("--users-file", options.UsersFile);
        _cluster = Of("--cluster-secret-file", options.ClusterSecretFile);
        _certificate = Of("--tls-cert", options.TlsCertificateFile);
        _key = Of("--tls-key", options.TlsKeyFile);
        _authority = Of("--tls-client-ca", options.TlsClientCaFile);
    }

    /// <summary>The cluster's secrets: any is accepted, the first is used. None: empty.</summary>
    public byte[][] Cluster => Volatile.Read(ref _clusterSecrets);

    /// <summary>Certificates as they are now; null: no TLS.</summary>
    public TlsContext? Tls => Volatile.Read(ref _tls);

    /// <summary>Reads everything for the first time.</summary>
    /// <exception cref="HengeStartException">A file cannot be used.</exception>
    public void Load()
    {
        ReadPassword();
        ReadUsers();
        ReadCluster();
        ReadCertificates();
        foreach (SecretFile? file in new[] { _password, _cluster, _key })
        {
            if (file?.Exposure() is { } problem)
            {
                Log.SecretsExposed(_node.Logger, problem);
            }
        }
    }

    /// <summary>Reads what has changed, or everything where it is asked for. Any thread.</summary>
    public void Refresh(bool all)
    {
        lock (_lock)
        {
            Refresh(_password, all, ReadPassword, "the password");
            Refresh(_users, all, ReadUsers, "users");
            Refresh(_cluster, all, ReadCluster, "cluster secrets");
            bool isNew = all || _key is { HasChanged: true } || _authority is { HasChanged: true };
            Refresh(_certificate, isNew, ReadCertificates, "certificates");
        }
    }

    private static SecretFile? Of(string option, string? path) => path is null ? null : new SecretFile(option, path);

    private void Refresh(SecretFile? file, bool all, Action read, string what)
    {
        if (file is null || !(all || file.HasChanged))
        {
            return;
        }
        try
        {
            read();
            Log.SecretsReloaded(_node.Logger, file.Name, what);
        }
        catch (HengeStartException error)
        {
            Log.SecretsBad(_node.Logger, error.Message);
        }
    }

    private void ReadPassword()
    {
        if (_password is not null)
        {
            _node.Options.Password = _password.Lines().FirstOrDefault()
                ?? throw new HengeStartException($"{_password.Name}: is empty; its first line must be the password");
        }
    }

    private void ReadUsers()
    {
        List<UserDefinition> definitions = [.. _node.Options.Security.Users];
        if (_users is not null)
        {
            definitions.AddRange(UsersFile.Read(_users.Name, _users.Lines()));
            if (definitions.Count == 0)
            {
                // Without any user everybody would be let in.
                throw new HengeStartException($"{_users.Name}: has no users; `henge user` makes a line for one");
            }
        }
        _node.Authenticator.Adopt(UsersFile.Make(definitions, _node.Options.Password is not null));
        foreach (RespSession session in _node.Clients)
        {
            if (session.Client.User is { } user && !_node.Authenticator.IsCurrent(user))
            {
                session.Connection.Close(afterPendingOutput: false);
            }
        }
    }

    private void ReadCertificates()
    {
        if (_certificate is null || _key is null)
        {
            return;
        }
        TlsContext read = TlsContext.Read(_certificate, _key, _authority, _node.TimeProvider.GetUtcNow());
        Volatile.Write(ref _tls, read);
        if (read.EndsAt - _node.TimeProvider.GetUtcNow().UtcDateTime < s_warnBefore)
        {
            Log.CertificateEnds(_node.Logger, _certificate.Name, read.EndsAt);
        }
    }

    private void ReadCluster()
    {
        IEnumerable<string> secrets = _node.Options.ClusterSecrets;
        if (_cluster is not null)
        {
            string[] lines = _cluster.Lines();
            if (lines.Length == 0 || lines.Any(static line => line.Length < SecurityOptions.MinSecretLength))
            {
                throw new HengeStartException(
                    $"{_cluster.Name}: needs lines of at least {SecurityOptions.MinSecretLength} characters, random "
                    + "ones");
            }
            secrets = lines;
        }
        Volatile.Write(ref _clusterSecrets, [.. secrets.Select(Encoding.UTF8.GetBytes)]);
    }
}

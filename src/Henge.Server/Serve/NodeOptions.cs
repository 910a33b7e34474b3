using System.Net;
using System.Net.Sockets;

using Henge.Discovery;
using Henge.Server.CommandLine;
using Henge.Storage.Eviction;

namespace Henge.Server.Serve;

/// <summary>Turns the values of <see cref="ServeOptions"/> into the options of a node.</summary>
internal static class NodeOptions
{
    /// <summary>The node's options.</summary>
    /// <param name="values">What was given.</param>
    /// <param name="machineBytes">Memory of the container or machine, of which shares are taken.</param>
    /// <exception cref="UsageException">
    /// An address is none, the password file cannot be read, or the node refuses the whole.
    /// </exception>
    public static HengeOptions From(OptionValues values, long machineBytes)
    {
        HengeOptions options = new()
        {
            Port = (int)values.Integer(ServeOptions.Port),
            Memory = values.Memory(ServeOptions.MemoryLimit, machineBytes),
            MaxEntries = values.Integer(ServeOptions.MaxEntries),
            MaxTags = (int)values.Integer(ServeOptions.MaxTags),
            MaxValue = (int)values.Size(ServeOptions.MaxValue),
            Eviction = Enum.Parse<EvictionPolicy>(values.Choice(ServeOptions.Eviction), ignoreCase: true),
            Password = Password(values),
            Insecure = values.Switch(ServeOptions.Insecure),
            Loops = (int)values.Integer(ServeOptions.Loops),
            Shards = (int)values.Integer(ServeOptions.Shards),
            Transport = Enum.Parse<TransportKind>(values.Choice(ServeOptions.Transport), ignoreCase: true),
            EnableDebugCommands = values.Switch(ServeOptions.DebugCommands),
            Databases = (int)values.Integer(ServeOptions.Databases),
            RedisMode = Enum.Parse<RedisMode>(values.Choice(ServeOptions.RedisMode), ignoreCase: true),
            SlowLogMicroseconds = values.Integer(ServeOptions.SlowLogSlowerThan),
            SlowLogMaxEntries = (int)values.Integer(ServeOptions.SlowLogMaxLen),
            Metrics = values.Choice(ServeOptions.Metrics) == "on",
            DataDirectory = values.Text(ServeOptions.DataDirectory),
            Advertise = values.Text(RingOptions.Advertise),
            Copies = (int)values.Integer(RingOptions.Copies),
            WriteAck = Enum.Parse<WriteAck>(values.Choice(RingOptions.WriteAck), ignoreCase: true),
            Weight = (int)values.Integer(RingOptions.Weight),
            Zone = values.Text(RingOptions.Zone) ?? "",
            ClusterName = values.Text(RingOptions.ClusterName)!,
            LeaveTimeout = values.Time(RingOptions.LeaveTimeout),
        };
        options.Security.PasswordFile = values.Text(ServeOptions.PasswordFile);
        options.Security.UsersFile = values.Text(ServeOptions.UsersFile);
        options.Security.TlsCertificateFile = values.Text(TlsOptions.Certificate);
        options.Security.TlsKeyFile = values.Text(TlsOptions.Key);
        options.Security.TlsClientCaFile = values.Text(TlsOptions.ClientCa);
        options.Security.AllowPlain = values.Switch(TlsOptions.Plain);
        options.Discovery.EtcdUser = values.Text(DiscoveryFlags.EtcdUser);
        options.Discovery.EtcdPasswordFile = values.Text(DiscoveryFlags.EtcdPasswordFile);
        options.Discovery.EtcdPassword = values.Text(DiscoveryFlags.EtcdPassword);
        options.Discovery.EtcdCaFile = values.Text(DiscoveryFlags.EtcdCa);
        options.Discovery.EtcdCertificateFile = values.Text(DiscoveryFlags.EtcdCertificate);
        options.Discovery.EtcdKeyFile = values.Text(DiscoveryFlags.EtcdKey);
        options.Security.ClusterSecretFile = values.Text(RingOptions.ClusterSecretFile);
        if (values.Text(ServeOptions.Name) is { } name)
        {
            options.Name = name;
        }
        options.Limits.MaxClients = (int)values.Integer(ServeOptions.MaxClients);
        options.Limits.IdleTimeout = values.Time(ServeOptions.IdleTimeout);
        options.Limits.CommandTimeout = values.Time(ServeOptions.CommandTimeout);
        options.Limits.DeadPeerTimeout = values.Time(ServeOptions.DeadPeerTimeout);
        options.Limits.StopTimeout = values.Time(ServeOptions.StopTimeout);
        options.Bind.Clear();
        foreach (IPAddress address in Addresses(values))
        {
            options.Bind.Add(address);
        }
        foreach (PeerAddress peer in Peers(values))
        {
            options.Peers.Add(peer.ToString());
        }
        foreach (string source in DiscoveryOptions.Rejoin(values.List(DiscoveryFlags.Sources)))
        {
            options.Discovery.Sources.Add(source);
        }
        foreach (string secret in ClusterSecrets(values))
        {
            options.ClusterSecrets.Add(secret);
        }
        return options.Validate() is { } wrong ? throw new UsageException(wrong) : options;
    }

    /// <summary>The peers that were named.</summary>
    /// <exception cref="UsageException">One is no address.</exception>
    public static List<PeerAddress> Peers(OptionValues values)
    {
        List<PeerAddress> peers = [];
        foreach (string text in values.List(RingOptions.Peers))
        {
            if (PeerAddress.TryParse(text, out PeerAddress peer) is { } wrong)
            {
                throw new UsageException($"peer {text}: {wrong}");
            }
            peers.Add(peer);
        }
        return peers;
    }

    private static List<IPAddress> Addresses(OptionValues values)
    {
        List<IPAddress> addresses = [];
        foreach (string text in values.List(ServeOptions.Bind))
        {
            if (text == "*")
            {
                addresses.Add(IPAddress.Any);
                if (Socket.OSSupportsIPv6)
                {
                    addresses.Add(IPAddress.IPv6Any);
                }
                continue;
            }
            IPAddress address = text switch
            {
                "localhost" => IPAddress.Loopback,
                _ when IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? literal) => literal,
                _ => throw new UsageException(
                    $"bind {text}: expected an address of this machine, such as 127.0.0.1, or * for every one"),
            };
            addresses.Add(address);
        }
        return [.. addresses.Distinct()];
    }

    private static string[] ClusterSecrets(OptionValues values) =>
        values.Text(RingOptions.ClusterSecretFile) is string path
            ? FileReading.Secrets("--cluster-secret-file", path)
            : values.Text(RingOptions.ClusterSecret) is string secret ? [secret] : [];

    private static string? Password(OptionValues values) => values.Text(ServeOptions.PasswordFile) is string path
        ? FileReading.Secret("--password-file", path)
        : values.Text(ServeOptions.Password);
}

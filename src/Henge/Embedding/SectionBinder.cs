using System.Globalization;
using System.Net;

using Henge.Discovery;
using Henge.Storage.Eviction;
using Henge.Values;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Henge.Embedding;

/// <summary>
/// Reads options from a section of configuration, under the names of the command line. Written out rather than left to
/// the platform's binder: that knows no sizes, passes over names it does not know, and needs reflection.
/// </summary>
internal static class SectionBinder
{
    private static readonly Dictionary<string, Action<HengeOptions, IConfigurationSection>> s_names =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["port"] = static (o, s) => o.Port = Integer(s),
            ["bind"] = static (o, s) => Bind(o, s),
            ["transport"] = static (o, s) => o.Transport = Choice<TransportKind>(s),
            ["loops"] = static (o, s) => o.Loops = Integer(s),
            ["peers"] = static (o, s) => Fill(o.Peers, s),
            ["discovery"] = static (o, s) => Fill(o.Discovery.Sources, DiscoveryOptions.Rejoin(List(s))),
            ["etcduser"] = static (o, s) => o.Discovery.EtcdUser = Text(s),
            ["etcdpassword"] = static (o, s) => o.Discovery.EtcdPassword = Text(s),
            ["etcdpasswordfile"] = static (o, s) => o.Discovery.EtcdPasswordFile = Text(s),
            ["etcdca"] = static (o, s) => o.Discovery.EtcdCaFile = Text(s),
            ["etcdcert"] = static (o, s) => o.Discovery.EtcdCertificateFile = Text(s),
            ["etcdkey"] = static (o, s) => o.Discovery.EtcdKeyFile = Text(s),
            ["advertise"] = static (o, s) => o.Advertise = Text(s),
            ["copies"] = static (o, s) => o.Copies = Integer(s),
            ["writeack"] = static (o, s) => o.WriteAck = Choice<WriteAck>(s),
            ["weight"] = static (o, s) => o.Weight = Integer(s),
            ["zone"] = static (o, s) => o.Zone = Text(s),
            ["clustername"] = static (o, s) => o.ClusterName = Text(s),
            ["clustersecret"] = static (o, s) => Fill(o.ClusterSecrets, s),
            ["clustersecrets"] = static (o, s) => Fill(o.ClusterSecrets, s),
            ["leavetimeout"] = static (o, s) => o.LeaveTimeout = Time(s),
            ["memory"] = static (o, s) => o.Memory = Size(s),
            ["maxentries"] = static (o, s) => o.MaxEntries = Long(s),
            ["maxtags"] = static (o, s) => o.MaxTags = Integer(s),
            ["maxvalue"] = static (o, s) => o.MaxValue = checked((int)Math.Min(Size(s), int.MaxValue)),
            ["eviction"] = static (o, s) => o.Eviction = Choice<EvictionPolicy>(s),
            ["shards"] = static (o, s) => o.Shards = Integer(s),
            ["password"] = static (o, s) => o.Password = Text(s),
            ["passwordfile"] = static (o, s) => o.Security.PasswordFile = Text(s),
            ["usersfile"] = static (o, s) => o.Security.UsersFile = Text(s),
            ["clustersecretfile"] = static (o, s) => o.Security.ClusterSecretFile = Text(s),
            ["tlscert"] = static (o, s) => o.Security.TlsCertificateFile = Text(s),
            ["tlskey"] = static (o, s) => o.Security.TlsKeyFile = Text(s),
            ["tlsclientca"] = static (o, s) => o.Security.TlsClientCaFile = Text(s),
            ["tlsplain"] = static (o, s) => o.Security.AllowPlain = Switch(s),
            ["insecure"] = static (o, s) => o.Insecure = Switch(s),
            ["maxclients"] = static (o, s) => o.Limits.MaxClients = Integer(s),
            ["idletimeout"] = static (o, s) => o.Limits.IdleTimeout = Time(s),
            ["commandtimeout"] = static (o, s) => o.Limits.CommandTimeout = Time(s),
            ["deadpeertimeout"] = static (o, s) => o.Limits.DeadPeerTimeout = Time(s),
            ["stoptimeout"] = static (o, s) => o.Limits.StopTimeout = Time(s),
            ["redismode"] = static (o, s) => o.RedisMode = Choice<RedisMode>(s),
            ["databases"] = static (o, s) => o.Databases = Integer(s),
            ["name"] = static (o, s) => o.Name = Text(s),
            ["slowlogslowerthan"] = static (o, s) => o.SlowLogMicroseconds = Long(s),
            ["slowlogmaxlen"] = static (o, s) => o.SlowLogMaxEntries = Integer(s),
            ["metrics"] = static (o, s) => o.Metrics = Switch(s),
            ["debugcommands"] = static (o, s) => o.EnableDebugCommands = Switch(s),
            ["starttimeout"] = static (o, s) => o.StartTimeout = Time(s),
            ["ringtimeout"] = static (o, s) => o.RingTimeout = Time(s),
            ["expiration"] = static (o, s) => o.Expiration = Time(s),
            ["firstlevelbytes"] = static (o, s) => o.FirstLevelBytes = Size(s),
            ["keyprefix"] = static (o, s) => o.KeyPrefix = Text(s),
        };

    /// <summary>Sets what the section names.</summary>
    /// <exception cref="OptionsValidationException">A name or a value cannot be; one line says so.</exception>
    public static void Bind(IConfiguration section, HengeOptions options)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!s_names.TryGetValue(child.Key.Replace("-", "", StringComparison.Ordinal), out var set))
            {
                throw Wrong($"{child.Path}: there is no such option");
            }
            set(options, child);
        }
    }

    private static string Text(IConfigurationSection section) =>
        section.Value ?? throw Wrong($"{section.Path}: a text is expected");

    private static int Integer(IConfigurationSection section) =>
        int.TryParse(section.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value : throw Wrong(section, "a whole number");

    private static long Long(IConfigurationSection section) =>
        long.TryParse(section.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value : throw Wrong(section, "a whole number");

    private static bool Switch(IConfigurationSection section) => section.Value?.ToLowerInvariant() switch
    {
        "true" or "on" or "yes" or "1" => true,
        "false" or "off" or "no" or "0" => false,
        _ => throw Wrong(section, "true or false"),
    };

    private static long Size(IConfigurationSection section) => ByteSize.TryParse(section.Value, out long bytes)
        ? bytes : throw Wrong(section, "a size, such as 268435456 or 256mb");

    private static TimeSpan Time(IConfigurationSection section)
    {
        string? text = section.Value;
        bool isTime = text?.Contains(':', StringComparison.Ordinal) == true
            ? TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value)
            : Duration.TryParse(text, out value);
        return isTime ? value : throw Wrong(section, "a time, such as 20s or 00:00:20");
    }

    private static T Choice<T>(IConfigurationSection section)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), section.Value, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }
        throw Wrong(section, string.Join(" or ", Enum.GetNames<T>()).ToLowerInvariant());
    }

    private static IEnumerable<string> List(IConfigurationSection section) => section.Value is { } text
        ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : section.GetChildren().Select(static child => Text(child));

    private static void Fill(IList<string> list, IConfigurationSection section) => Fill(list, List(section));

    private static void Fill(IList<string> list, IEnumerable<string> items)
    {
        list.Clear();
        foreach (string item in items)
        {
            list.Add(item);
        }
    }

    private static void Bind(HengeOptions options, IConfigurationSection section)
    {
        options.Bind.Clear();
        foreach (string text in List(section))
        {
            if (text == "*")
            {
                options.Bind.Add(IPAddress.Any);
                options.Bind.Add(IPAddress.IPv6Any);
            }
            else if (text == "localhost")
            {
                options.Bind.Add(IPAddress.Loopback);
            }
            else
            {
                options.Bind.Add(IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? address) ? address
                    : throw Wrong($"{section.Path}: '{text}' is no address; give one, such as 127.0.0.1, or *"));
            }
        }
    }

    private static OptionsValidationException Wrong(IConfigurationSection section, string expected) =>
        // Secrets are texts, which cannot be wrong, so what is shown is none.
        Wrong($"{section.Path}: '{section.Value}' is not {expected}");

    private static OptionsValidationException Wrong(string line) =>
        new(Options.DefaultName, typeof(HengeOptions), [line]);
}

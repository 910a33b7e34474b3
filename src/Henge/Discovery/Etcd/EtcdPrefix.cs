using System.Buffers;
using System.Globalization;

namespace Henge.Discovery.Etcd;

/// <summary>
/// A source that is a prefix of keys in etcd: <c>etcd:http(s)://host[:port][,host[:port]…][/prefix]</c>.
/// </summary>
/// <param name="EndPoints">The members of etcd, as http(s)://host:port.</param>
/// <param name="Prefix">Begins with a slash and does not end with one.</param>
internal sealed record EtcdPrefix(IReadOnlyList<Uri> EndPoints, string Prefix)
{
    private const string Scheme = "etcd:";
    private const string DefaultPrefix = "/henge";
    private const string Sample = "write it as in etcd:http://10.0.0.1:2379,10.0.0.2:2379/henge";
    private const int DefaultPort = 2379;
    private const int MaxEndPoints = 16;
    private const int MaxPrefix = 256;

    private static readonly SearchValues<char> s_never = SearchValues.Create(" /\\?#%");

    /// <summary>Whether endpoints are reached by TLS.</summary>
    public bool IsSecure => EndPoints[0].Scheme == Uri.UriSchemeHttps;

    /// <summary>Whether a text means one.</summary>
    public static bool Is(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one.</summary>
    /// <returns>Null when it is good, otherwise what is wrong with it and how to mend it.</returns>
    public static string? TryParse(string text, out EtcdPrefix? prefix)
    {
        prefix = null;
        string rest = text[Scheme.Length..];
        if (rest.Contains('@', StringComparison.Ordinal))
        {
            return "a user does not belong into the address: give --etcd-user and --etcd-password-file";
        }
        string scheme = rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://" : "http://";
        if (!rest.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Sample;
        }
        int slash = rest.IndexOf('/', rest.LastIndexOf("://", StringComparison.Ordinal) + "://".Length);
        string path = slash < 0 ? DefaultPrefix : rest[slash..].TrimEnd('/');
        if (path.Length is 0 or > MaxPrefix || path.Any(static c => c is <= ' ' or > '~' or '?' or '#'))
        {
            return $"the prefix behind the last address must be 1 to {MaxPrefix} printable characters; {Sample}";
        }
        List<Uri> endPoints = [];
        foreach (string part in (slash < 0 ? rest : rest[..slash]).Split(','))
        {
            if (part.Contains("://", StringComparison.Ordinal)
                && !part.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return "all addresses must be http, or all https";
            }
            string host = part.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? part[scheme.Length..] : part;
            if (EndPointOf(scheme, host) is not { } endPoint)
            {
                return $"'{host}' is no address; {Sample}";
            }
            endPoints.Add(endPoint);
        }
        if (endPoints.Count > MaxEndPoints)
        {
            return $"it has {endPoints.Count} addresses: give at most {MaxEndPoints}";
        }
        prefix = new EtcdPrefix(endPoints, path);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}{EndPoints[0].Scheme}://{string.Join(',', EndPoints.Select(static e => e.Authority))}{Prefix}");

    private static Uri? EndPointOf(string scheme, string host)
    {
        bool hasPort = host.LastIndexOf(':') > host.LastIndexOf(']');
        string full = hasPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{DefaultPort}");
        return host.Length > 0 && !host.AsSpan().ContainsAny(s_never)
            && Uri.TryCreate($"{scheme}{full}/", UriKind.Absolute, out Uri? uri) && uri.Port > 0 && uri.Host.Length > 0
            ? uri
            : null;
    }
}

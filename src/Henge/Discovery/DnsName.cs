using System.Globalization;
using System.Net;

namespace Henge.Discovery;

/// <summary>A source that is a name whose addresses are nodes: <c>dns:NAME[:port]</c>.</summary>
/// <param name="Host">The name; a dot at its end keeps the resolver from trying search domains.</param>
/// <param name="Port">Where the nodes listen.</param>
internal sealed record DnsName(string Host, int Port)
{
    private const string Scheme = "dns:";
    private const int MaxLength = 254;
    private const int MaxLabel = 63;

    /// <summary>Whether a text means one.</summary>
    public static bool Is(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one.</summary>
    /// <returns>Null when it is good, otherwise what is wrong with it and how to mend it.</returns>
    public static string? TryParse(string text, out DnsName? name)
    {
        name = null;
        string rest = text[Scheme.Length..];
        if (rest.StartsWith('[') || IPAddress.TryParse(rest, out _) || IPAddress.TryParse(HostOf(rest), out _))
        {
            return "an address needs no name service; give it as host:port with --peers";
        }
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string host = HostOf(rest);
        int port = HengeOptions.DefaultPort;
        if (colon >= 0 && (!int.TryParse(
                rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > ushort.MaxValue))
        {
            return $"'{rest[(colon + 1)..]}' is no port; give one from 1 to 65535, as in dns:henge.default.svc:7400";
        }
        if (!IsHost(host))
        {
            return $"'{host}' is no name; write it as in dns:henge.default.svc.cluster.local.:7400";
        }
        name = new DnsName(host, port);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}{Host}:{Port}");

    private static string HostOf(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon < 0 ? text : text[..text.IndexOf(':', StringComparison.Ordinal)];
    }

    // Underscores are no part of host names, but of names in use.
    private static bool IsHost(string text) => text.Length is > 0 and <= MaxLength
        && text.AsSpan(0, text.Length - (text[^1] == '.' ? 1 : 0)).ToString().Split('.').All(static label =>
            label.Length is > 0 and <= MaxLabel && label[0] != '-' && label[^1] != '-'
            && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}

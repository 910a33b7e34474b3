using System.Globalization;

namespace Henge.Server.Serve;

/// <summary>Where another node is said to be: a name or an address, and a port.</summary>
/// <param name="Host">Name or address, without brackets.</param>
/// <param name="Port">1 to 65,535.</param>
internal readonly record struct PeerAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>, <c>10.0.0.1:7400</c> or <c>[::1]:7400</c>.</summary>
    /// <returns>Null when it is good, otherwise what is wrong with it.</returns>
    public static string? TryParse(string text, out PeerAddress address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        bool bracketed = text.StartsWith('[');
        if (colon < 0 || (bracketed && !text[..colon].EndsWith(']')))
        {
            return $"it has no port; write {text}:{HengeOptions.DefaultPort}";
        }
        string host = bracketed ? text[1..(colon - 1)] : text[..colon];
        if (!bracketed && host.Contains(':', StringComparison.Ordinal))
        {
            return $"an IPv6 address stands in brackets; write [{host}]:{text[(colon + 1)..]}";
        }
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return $"'{host}' is no host name or address; write it as host:port, such as localhost:7401";
        }
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > ushort.MaxValue)
        {
            return $"'{text[(colon + 1)..]}' is no port; give one from 1 to 65535";
        }
        address = new PeerAddress(host, port);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

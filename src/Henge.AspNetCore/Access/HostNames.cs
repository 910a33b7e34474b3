using System.Net;

namespace Henge.AspNetCore.Access;

/// <summary>The Host header.</summary>
internal static class HostNames
{
    /// <summary>The host without its port; an IPv6 address without its brackets.</summary>
    public static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        if (host.Length > 0 && host[0] == '[')
        {
            int bracket = host.IndexOf(']');
            return bracket < 0 ? host : host[1..bracket];
        }
        int colon = host.IndexOf(':');
        return colon < 0 ? host : host[..colon];
    }

    /// <summary>Whether no DNS answer of anyone else's can lead here under this name.</summary>
    public static bool IsLocalOrAddress(ReadOnlySpan<char> name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name, out _);
}

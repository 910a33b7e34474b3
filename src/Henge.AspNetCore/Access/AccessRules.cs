using System.Net;

using Henge.AspNetCore.Replies;
using Henge.Security;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Access;

/// <summary>
/// Who may ask. Without a password: this machine alone (unless the node runs insecure), under a Host that is
/// certainly ours, so that a page cannot reach the node by rebinding its own name. With one: whoever shows it. Pages of
/// other sites are refused either way. What a proxy says about the client (X-Forwarded-For) is never believed.
/// </summary>
internal sealed class AccessRules
{
    private readonly HengeNode _node;
    private string? _lastHost;

    internal AccessRules(HengeNode node) => _node = node;

    /// <summary>Checks a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="data">Whether the path reads or changes data, so that other sites' pages must not reach it.</param>
    /// <param name="user">Who asks; null also when only <see cref="CheckSlowlyAsync"/> can tell.</param>
    /// <returns>Null when it may go on.</returns>
    public Problem? Check(HttpContext context, bool data, out User? user)
    {
        user = null;
        IHeaderDictionary headers = context.Request.Headers;
        if (data && IsCrossSite(headers))
        {
            return Problems.CrossSite;
        }
        IPAddress? remote = context.Connection.RemoteIpAddress;
        if (_node.Authenticator.IsRequired)
        {
            return Credentials.Check(_node, context, remote ?? IPAddress.None, out user);
        }
        if (!_node.Options.Insecure && remote is not null && !IsLoopback(remote))
        {
            return Problems.Protected;
        }
        if (!IsOwnHost(headers.Host))
        {
            return Problems.HostRefused;
        }
        user = User.Default;
        return null;
    }

    /// <summary>Ends what <see cref="Check"/> left open: the hash of a password tells.</summary>
    public Task<(Problem? Problem, User? User)> CheckSlowlyAsync(HttpContext context) => Credentials.CheckSlowlyAsync(
        _node, context, context.Connection.RemoteIpAddress ?? IPAddress.None);

    /// <summary>
    /// Browsers say where a request comes from: Sec-Fetch-Site always, Origin with everything but plain GETs. Another
    /// port of the same machine is another site here, as any page could be served there.
    /// </summary>
    private static bool IsCrossSite(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"))
        {
            return true;
        }
        if (headers.Origin is not { Count: > 0 } header)
        {
            return false;
        }
        ReadOnlySpan<char> origin = header.ToString();
        int authority = origin.IndexOf("://", StringComparison.Ordinal);
        return authority < 0
            || !origin[(authority + 3)..].Equals(headers.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    // An HTTP/1.0 request may come without a Host; a browser's never does.
    private bool IsOwnHost(string? host)
    {
        if (string.IsNullOrEmpty(host) || host == Volatile.Read(ref _lastHost))
        {
            return true;
        }
        ReadOnlySpan<char> name = HostNames.WithoutPort(host);
        if (!HostNames.IsLocalOrAddress(name) && !name.Equals(_node.Options.Name, StringComparison.OrdinalIgnoreCase)
            && !(_node.Options.Advertise is { } advertised
                && name.Equals(HostNames.WithoutPort(advertised), StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }
        Volatile.Write(ref _lastHost, host);
        return true;
    }
}

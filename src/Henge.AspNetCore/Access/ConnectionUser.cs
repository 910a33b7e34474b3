using Henge.Security;

using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Access;

/// <summary>
/// Who the last request on a connection was let in as. Over HTTP each request shows a password; by this, as over RESP,
/// who is in stays in, whatever others guess from the same address. A wrong password ends it, so that a connection that
/// several share (behind a proxy) allows no more guesses than any other. HTTP/1.1 alone: there one request follows
/// another.
/// </summary>
internal static class ConnectionUser
{
    private static readonly object s_key = new();

    /// <summary>The user; null for nobody.</summary>
    public static User? Of(HttpContext context) =>
        Items(context) is { } items && items.TryGetValue(s_key, out object? user) ? user as User : null;

    /// <summary>Remembers who it is now.</summary>
    /// <param name="context">The request.</param>
    /// <param name="former">What <see cref="Of"/> returned for it.</param>
    /// <param name="user">Who it was let in as; null when it was not.</param>
    public static void Set(HttpContext context, User? former, User? user)
    {
        if (!ReferenceEquals(former, user) && Items(context) is { } items)
        {
            items[s_key] = user;
        }
    }

    private static IDictionary<object, object?>? Items(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol)
            ? context.Features.Get<IConnectionItemsFeature>()?.Items
            : null;
}

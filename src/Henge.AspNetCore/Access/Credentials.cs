using System.Net;
using System.Text;

using Henge.AspNetCore.Replies;
using Henge.Security;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Access;

/// <summary>
/// The Authorization header: a user and a password with Basic, or as a bearer token the password of the default user
/// or <c>name:password</c>. Checked where RESP's AUTH is, with the same bound on guesses.
/// </summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Checks a header, as far as that takes no time.</summary>
    /// <param name="node">The node.</param>
    /// <param name="context">The request.</param>
    /// <param name="remote">Who asks.</param>
    /// <param name="user">Who it is; null also when only <see cref="CheckSlowlyAsync"/> can tell.</param>
    /// <returns>Null, or why not.</returns>
    public static Problem? Check(HengeNode node, HttpContext context, IPAddress remote, out User? user)
    {
        user = null;
        if (!TryRead(node, context.Request.Headers.Authorization, out byte[] name, out byte[] password))
        {
            return Problems.PasswordWanted;
        }
        User? within = ConnectionUser.Of(context);
        AuthenticationResult result =
            node.Authenticator.Check(name, password, remote, node.NowMs, out user, within);
        ConnectionUser.Set(context, within, user);
        return Of(result);
    }

    /// <summary>Checks a header by the hash of a password.</summary>
    public static async Task<(Problem? Problem, User? User)> CheckSlowlyAsync(
        HengeNode node, HttpContext context, IPAddress remote)
    {
        if (!TryRead(node, context.Request.Headers.Authorization, out byte[] name, out byte[] password))
        {
            return (Problems.PasswordWanted, null);
        }
        (AuthenticationResult result, User? user) =
            await node.Authenticator.CheckSlowlyAsync(name, password, remote).ConfigureAwait(false);
        ConnectionUser.Set(context, former: null, user);
        return (Of(result), user);
    }

    private static Problem? Of(AuthenticationResult result) => result switch
    {
        AuthenticationResult.Accepted or AuthenticationResult.Unknown => null,
        AuthenticationResult.TooManyAttempts => Problems.TooManyAttempts,
        AuthenticationResult.Busy => Problems.Busy,
        _ => Problems.PasswordWanted,
    };

    private static bool TryRead(HengeNode node, string? authorization, out byte[] name, out byte[] password)
    {
        name = Authenticator.DefaultUser.ToArray();
        password = [];
        if (authorization is null)
        {
            return false;
        }
        byte[] text;
        bool isBearer = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        if (isBearer)
        {
            text = Encoding.UTF8.GetBytes(authorization[Bearer.Length..].Trim());
        }
        else
        {
            text = new byte[authorization.Length];
            if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
                || !Convert.TryFromBase64Chars(authorization.AsSpan(Basic.Length).Trim(), text, out int length))
            {
                return false;
            }
            text = text[..length];
        }
        int colon = text.AsSpan().IndexOf((byte)':');
        // A token without the name of a user is all password, and so may have colons.
        if (isBearer && (colon <= 0 || node.Authenticator.Find(Encoding.UTF8.GetString(text, 0, colon)) is null))
        {
            password = text;
            return true;
        }
        if (colon < 0)
        {
            return false;
        }
        name = colon == 0 ? name : text[..colon];
        password = text[(colon + 1)..];
        return true;
    }
}

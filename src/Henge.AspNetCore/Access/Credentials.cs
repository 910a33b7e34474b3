using System.Net;
using System.Text;

using Henge.AspNetCore.Replies;
using Henge.Security;

namespace Henge.AspNetCore.Access;

/// <summary>
/// The Authorization header: the password as a bearer token, or with Basic under the user name <c>default</c> or none.
/// Both are checked where RESP's AUTH is, with the same bound on guesses.
/// </summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Checks a header; null when it shows the password.</summary>
    public static Problem? Check(HengeNode node, string? authorization, IPAddress remote)
    {
        byte[] user = [];
        byte[] password = [];
        if (authorization is null || !TryRead(authorization, ref user, ref password))
        {
            return Problems.PasswordWanted;
        }
        ReadOnlySpan<byte> name = user.Length == 0 ? Authenticator.DefaultUser : user;
        return node.Authenticator.Check(name, password, remote, node.NowMs) switch
        {
            AuthenticationResult.Accepted => null,
            AuthenticationResult.TooManyAttempts => Problems.TooManyAttempts,
            _ => Problems.PasswordWanted,
        };
    }

    private static bool TryRead(string authorization, ref byte[] user, ref byte[] password)
    {
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            password = Encoding.UTF8.GetBytes(authorization[Bearer.Length..].Trim());
            return true;
        }
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        byte[] pair = new byte[authorization.Length];
        if (!Convert.TryFromBase64Chars(authorization.AsSpan(Basic.Length).Trim(), pair, out int length))
        {
            return false;
        }
        int colon = pair.AsSpan(0, length).IndexOf((byte)':');
        if (colon < 0)
        {
            return false;
        }
        user = pair[..colon];
        password = pair[(colon + 1)..length];
        return true;
    }
}

using Henge.AspNetCore.Replies;
using Henge.Security;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>What a path answers by its method and by who asks: the one place where roles and routes meet.</summary>
internal static class MethodRules
{
    /// <summary>
    /// Answers OPTIONS with 204, a method that the path does not know with 405, both with Allow, and one that the user
    /// may not use with 403.
    /// </summary>
    /// <returns>The reply, or null when the method is for the route itself.</returns>
    public static Task? Answer(HttpContext context, HttpRoute route, User user)
    {
        string method = context.Request.Method;
        if (HttpMethods.IsOptions(method))
        {
            context.Response.StatusCode = 204;
            context.Response.Headers.Allow = route.Allow;
            return Task.CompletedTask;
        }
        if (Allows(route.Allow, method))
        {
            return user.Role < route.Needs(method) ? Problems.Forbidden.WriteAsync(context) : null;
        }
        context.Response.Headers.Allow = route.Allow;
        return Problems.MethodNotAllowed(route.Allow).WriteAsync(context);
    }

    private static bool Allows(ReadOnlySpan<char> allow, ReadOnlySpan<char> method)
    {
        foreach (Range part in allow.Split(','))
        {
            if (allow[part].Trim().SequenceEqual(method))
            {
                return true;
            }
        }
        return false;
    }
}

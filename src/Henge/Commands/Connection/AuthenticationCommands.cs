using System.Net;
using System.Text;

using Henge.Protocol;
using Henge.Security;
using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>AUTH and HELLO.</summary>
internal static class AuthenticationCommands
{
    /// <summary>The version of Redis whose replies these are.</summary>
    public const string RedisVersion = "7.4.0";

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "AUTH", Arity = -2, Handler = Auth,
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.Sensitive,
            Group = "connection", Summary = "Authenticates the connection.",
        },
        new()
        {
            Name = "HELLO", Arity = -1, Handler = Hello,
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.Sensitive,
            Group = "connection", Since = "6.0.0", Summary = "Handshakes with the Redis server.",
        },
    ];

    /// <summary>AUTH [username] password</summary>
    public static void Auth(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (words.Count > 3)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        if (words.Count == 2 && !context.Node.Authenticator.IsRequired)
        {
            context.Reply.Error(
                "ERR AUTH <password> called without any password configured for the default user. "u8
                + "Are you sure your configuration is correct?"u8);
            return;
        }
        ReadOnlySpan<byte> user = words.Count == 2 ? Authenticator.DefaultUser : words[1];
        if (TryAuthenticate(ref context, user, words[^1]))
        {
            context.Reply.Ok();
        }
    }

    /// <summary>HELLO [protover [AUTH username password] [SETNAME clientname]]</summary>
    public static void Hello(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespSession session = context.Session;
        RespVersion version = session.Version;
        if (words.Count > 1 && !TryReadVersion(context.Reply, words[1], out version))
        {
            return;
        }
        int auth = 0;
        int name = 0;
        for (int i = 2; i < words.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(words[i], "AUTH"u8) && i + 2 < words.Count)
            {
                auth = i + 1;
                i += 2;
            }
            else if (Ascii.EqualsIgnoreCase(words[i], "SETNAME"u8) && i + 1 < words.Count)
            {
                name = ++i;
            }
            else
            {
                context.Reply.Error($"ERR Syntax error in HELLO option '{Errors.Printable(words[i])}'");
                return;
            }
        }
        if (auth != 0 && !TryAuthenticate(ref context, words[auth], words[auth + 1]))
        {
            return;
        }
        if (!session.Client.IsAuthenticated)
        {
            context.Reply.Error(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the "u8
                + "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and "u8
                + "select the RESP protocol version at the same time"u8);
            return;
        }
        if (name != 0 && !ClientCommands.TrySetName(ref context, words[name]))
        {
            return;
        }
        session.Version = context.Reply.Version = version;
        Describe(ref context);
    }

    private static bool TryReadVersion(RespWriter reply, ReadOnlySpan<byte> word, out RespVersion version)
    {
        version = RespVersion.Resp2;
        if (!Numbers.TryParse(word, out long number))
        {
            reply.Error("ERR Protocol version is not an integer or out of range"u8);
            return false;
        }
        if (number is not (2 or 3))
        {
            reply.Error("NOPROTO unsupported protocol version"u8);
            return false;
        }
        version = (RespVersion)number;
        return true;
    }

    private static void Describe(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        reply.Map(7);
        reply.Bulk("server"u8);
        reply.Bulk("redis"u8);
        reply.Bulk("version"u8);
        reply.Bulk(RedisVersion);
        reply.Bulk("proto"u8);
        reply.Integer((int)context.Session.Version);
        reply.Bulk("id"u8);
        reply.Integer(context.Session.Id);
        reply.Bulk("mode"u8);
        reply.Bulk(context.Node.Options.RedisMode == RedisMode.Standalone ? "standalone"u8 : "cluster"u8);
        reply.Bulk("role"u8);
        reply.Bulk("master"u8);
        reply.Bulk("modules"u8);
        reply.Array(0);
    }

    /// <summary>Checks a password and lets the client in, or writes why not.</summary>
    private static bool TryAuthenticate(
        ref CommandContext context, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        IPAddress address = (context.Session.Connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        switch (context.Node.Authenticator.Check(user, password, address, context.NowMs))
        {
            case AuthenticationResult.Accepted:
                context.Session.Client.IsAuthenticated = true;
                return true;
            case AuthenticationResult.Wrong:
                context.Reply.Error("WRONGPASS invalid username-password pair or user is disabled."u8);
                return false;
            default:
                context.Reply.Error("WRONGPASS too many wrong passwords from this address, try again later"u8);
                context.Session.Close(SessionClosing.AfterReplies);
                return false;
        }
    }
}

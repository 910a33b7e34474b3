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
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.NoMulti | CommandFlags.Sensitive,
            Reach = KeyReach.Nothing,
            Group = "connection", Summary = "Authenticates the connection.",
        },
        new()
        {
            Name = "HELLO", Arity = -1, Handler = Hello,
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.NoMulti | CommandFlags.Sensitive,
            Reach = KeyReach.Nothing,
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
        LogIn(ref context, user, words[^1], static (_, reply) => reply.Ok());
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
        byte[]? clientName = name == 0 ? null : words[name].ToArray();
        if (auth != 0)
        {
            LogIn(
                ref context, words[auth], words[auth + 1],
                (session, reply) => Welcome(session, reply, version, clientName));
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
        Welcome(session, context.Reply, version, clientName);
    }

    /// <summary>Ends a login: the session is the user's from here on, or the error says why it is not.</summary>
    public static void Conclude(
        RespSession session, RespWriter reply, AuthenticationResult result, User? user,
        Action<RespSession, RespWriter> welcome)
    {
        switch (result)
        {
            case AuthenticationResult.Accepted:
                if (session.Client.User is { } former && former != user && session.Subscriber is { } subscriber)
                {
                    // Messages that the former user might hear are not the new one's.
                    session.Node.PubSub.Leave(subscriber);
                }
                session.Client.User = user;
                welcome(session, reply);
                break;
            case AuthenticationResult.TooManyAttempts:
                reply.Error("WRONGPASS too many wrong passwords from this address or for this user, try again later"u8);
                if (!session.Client.IsAuthenticated)
                {
                    // Who is in stays in, and is who it was.
                    session.Close(SessionClosing.AfterReplies);
                }
                break;
            case AuthenticationResult.Busy:
                reply.Error("BUSY too many passwords are being checked, try again later"u8);
                break;
            default:
                reply.Error("WRONGPASS invalid username-password pair or user is disabled."u8);
                break;
        }
    }

    private static void Welcome(RespSession session, RespWriter reply, RespVersion version, byte[]? name)
    {
        if (name is not null && !ClientCommands.TrySetName(session, reply, name))
        {
            return;
        }
        session.Version = reply.Version = version;
        Describe(session, reply);
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

    private static void Describe(RespSession session, RespWriter reply)
    {
        reply.Map(7);
        reply.Bulk("server"u8);
        reply.Bulk("redis"u8);
        reply.Bulk("version"u8);
        reply.Bulk(RedisVersion);
        reply.Bulk("proto"u8);
        reply.Integer((int)session.Version);
        reply.Bulk("id"u8);
        reply.Integer(session.Id);
        reply.Bulk("mode"u8);
        reply.Bulk(session.Node.Options.RedisMode == RedisMode.Standalone ? "standalone"u8 : "cluster"u8);
        reply.Bulk("role"u8);
        reply.Bulk("master"u8);
        reply.Bulk("modules"u8);
        reply.Array(0);
    }

    /// <summary>
    /// Checks a password and lets the client in, or says why not. What takes long is left to a
    /// <see cref="PendingLogin"/>, and the commands behind it wait.
    /// </summary>
    private static void LogIn(
        ref CommandContext context, ReadOnlySpan<byte> name, ReadOnlySpan<byte> password,
        Action<RespSession, RespWriter> welcome)
    {
        RespSession session = context.Session;
        Authenticator authenticator = context.Node.Authenticator;
        IPAddress address = (session.Connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        AuthenticationResult result = authenticator.Check(name, password, address, context.NowMs, out User? user);
        if (result == AuthenticationResult.Unknown && session.Connection.Lane is { } lane)
        {
            session.Login = new PendingLogin(session, lane, name.ToArray(), password.ToArray(), address, welcome);
            return;
        }
        if (result == AuthenticationResult.Unknown)
        {
            result = authenticator.CheckHere(name, password, address, context.NowMs, out user);
        }
        Conclude(session, context.Reply, result, user, welcome);
    }
}

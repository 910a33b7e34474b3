using Henge.Protocol;
using Henge.Security;
using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>The small commands about the connection itself.</summary>
internal static class ConnectionCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "PING", Arity = -1, Handler = Ping, Flags = CommandFlags.Fast | CommandFlags.WhileSubscribed,
            Reach = KeyReach.Nothing,
            Group = "connection", Summary = "Returns the server's liveliness response.",
        },
        new()
        {
            Name = "ECHO", Arity = 2, Handler = Echo, Flags = CommandFlags.Fast,
            Reach = KeyReach.Nothing,
            Group = "connection", Summary = "Returns the given string.",
        },
        new()
        {
            Name = "QUIT", Arity = -1, Handler = Quit,
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.NotQueued | CommandFlags.WhileSubscribed,
            Reach = KeyReach.Nothing,
            Group = "connection", Summary = "Closes the connection.",
        },
        new()
        {
            Name = "RESET", Arity = 1, Handler = Reset,
            Flags = CommandFlags.Fast | CommandFlags.NoAuth | CommandFlags.NotQueued | CommandFlags.WhileSubscribed,
            Reach = KeyReach.Nothing,
            Group = "connection", Since = "6.2.0", Summary = "Resets the connection.",
        },
        new()
        {
            Name = "SELECT", Arity = 2, Handler = Select, Flags = CommandFlags.Fast,
            Reach = KeyReach.Nothing,
            Group = "connection", Summary = "Changes the selected database.",
        },
    ];

    /// <summary>PING [message]</summary>
    public static void Ping(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        RespWriter reply = context.Reply;
        if (words.Count > 2)
        {
            Errors.WrongArity(reply, context.Command);
        }
        else if (context.Session.Version == RespVersion.Resp2 && context.Session.Subscriber is { Count: > 0 })
        {
            // A RESP2 client in this state reads nothing but arrays, so the answer has the form of a message.
            reply.Array(2);
            reply.Bulk("pong"u8);
            reply.Bulk(words.Count == 2 ? words[1] : default);
        }
        else if (words.Count == 2)
        {
            reply.Bulk(words[1]);
        }
        else
        {
            reply.Raw("+PONG\r\n"u8);
        }
    }

    /// <summary>ECHO message</summary>
    public static void Echo(ref CommandContext context) => context.Reply.Bulk(context.Arguments[1]);

    /// <summary>QUIT</summary>
    public static void Quit(ref CommandContext context)
    {
        context.Reply.Ok();
        context.Session.Close(SessionClosing.AfterReplies);
    }

    /// <summary>RESET: the connection becomes as a new one.</summary>
    public static void Reset(ref CommandContext context)
    {
        RespSession session = context.Session;
        session.Transaction.End();
        session.Watched?.Clear();
        if (session.Subscriber is { } subscriber)
        {
            context.Node.PubSub.Leave(subscriber);
            session.Connection.TakePushed(context.Reply);
        }
        session.Version = context.Reply.Version = RespVersion.Resp2;
        session.Client.Reset(context.Node.Authenticator.Initial);
        context.Reply.SimpleString("RESET"u8);
    }

    /// <summary>SELECT index: the databases are numbers only, all show the one key space.</summary>
    public static void Select(ref CommandContext context)
    {
        RespWriter reply = context.Reply;
        if (!Numbers.TryParse(context.Arguments[1], out long index) || index != (int)index)
        {
            reply.Error(Errors.NotInteger);
        }
        else if (index >= 0 && index < context.Node.Options.Databases)
        {
            context.Session.Client.Database = (int)index;
            reply.Ok();
        }
        else if (context.Node.Options.RedisMode != RedisMode.Standalone)
        {
            reply.Error("ERR SELECT is not allowed in cluster mode"u8);
        }
        else
        {
            reply.Error(Errors.DatabaseOutOfRange);
        }
    }
}

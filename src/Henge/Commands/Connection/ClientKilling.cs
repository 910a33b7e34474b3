using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>CLIENT KILL.</summary>
internal static class ClientKilling
{
    /// <summary>CLIENT KILL ip:port, or CLIENT KILL option value [option value …]</summary>
    public static void Kill(ref CommandContext context)
    {
        if (context.Arguments.Count == 3)
        {
            KillByAddress(ref context, Errors.Printable(context.Arguments[2]));
            return;
        }
        var filter = new KillFilter();
        if (!filter.TryRead(ref context))
        {
            return;
        }
        int killed = 0;
        foreach (RespSession session in context.Node.Clients)
        {
            if (filter.Matches(session, context.NowMs)
                && !(filter.SkipMe && ReferenceEquals(session, context.Session)))
            {
                Kill(ref context, session);
                killed++;
            }
        }
        context.Reply.Integer(killed);
    }

    private static void KillByAddress(ref CommandContext context, string address)
    {
        foreach (RespSession session in context.Node.Clients)
        {
            if (session.Connection.RemoteEndPoint.ToString() == address)
            {
                Kill(ref context, session);
                context.Reply.Ok();
                return;
            }
        }
        context.Reply.Error("ERR No such client"u8);
    }

    /// <summary>The one that asked still hears the answer; the others end at once.</summary>
    private static void Kill(ref CommandContext context, RespSession session)
    {
        if (ReferenceEquals(session, context.Session))
        {
            session.Close(SessionClosing.AfterReplies);
        }
        else
        {
            session.Connection.Close(afterPendingOutput: false);
        }
    }
}

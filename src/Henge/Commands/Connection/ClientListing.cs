using System.Globalization;
using System.Text;

using Henge.PubSub;
using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>CLIENT LIST and CLIENT INFO.</summary>
internal static class ClientListing
{
    /// <summary>CLIENT INFO</summary>
    public static void Info(ref CommandContext context)
    {
        var text = new StringBuilder();
        Append(text, context.Session, context.NowMs);
        context.Reply.Verbatim(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>CLIENT LIST [TYPE type] [ID id …]</summary>
    public static void List(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        ClientKind? kind = null;
        HashSet<long>? ids = null;
        if (words.Count == 4 && Ascii.EqualsIgnoreCase(words[2], "TYPE"u8))
        {
            if (!TryReadKind(ref context, words[3], out ClientKind wanted))
            {
                return;
            }
            kind = wanted;
        }
        else if (words.Count > 3 && Ascii.EqualsIgnoreCase(words[2], "ID"u8))
        {
            ids = [];
            for (int i = 3; i < words.Count; i++)
            {
                if (!Numbers.TryParse(words[i], out long id))
                {
                    context.Reply.Error("ERR Invalid client ID"u8);
                    return;
                }
                ids.Add(id);
            }
        }
        else if (words.Count != 2)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        var text = new StringBuilder();
        foreach (RespSession session in context.Node.Clients.OrderBy(static s => s.Id))
        {
            if ((kind is null || KindOf(session) == kind) && (ids is null || ids.Contains(session.Id)))
            {
                Append(text, session, context.NowMs);
            }
        }
        context.Reply.Verbatim(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Reads a client kind; false when there is none of that name, with the error written.</summary>
    public static bool TryReadKind(ref CommandContext context, ReadOnlySpan<byte> word, out ClientKind kind)
    {
        kind = ClientKind.Normal;
        if (Ascii.EqualsIgnoreCase(word, "PUBSUB"u8))
        {
            kind = ClientKind.PubSub;
        }
        else if (Ascii.EqualsIgnoreCase(word, "MASTER"u8) || Ascii.EqualsIgnoreCase(word, "REPLICA"u8)
            || Ascii.EqualsIgnoreCase(word, "SLAVE"u8))
        {
            kind = ClientKind.Replication;
        }
        else if (!Ascii.EqualsIgnoreCase(word, "NORMAL"u8))
        {
            context.Reply.Error($"ERR Unknown client type '{Errors.Printable(word)}'");
            return false;
        }
        return true;
    }

    /// <summary>What a session is now.</summary>
    public static ClientKind KindOf(RespSession session) =>
        session.Subscriber is { Count: > 0 } ? ClientKind.PubSub : ClientKind.Normal;

    /// <summary>One line, with the fields of Redis that mean something here.</summary>
    private static void Append(StringBuilder text, RespSession session, long nowMs)
    {
        ClientState client = session.Client;
        Subscriber? subscriber = session.Subscriber;
        Transaction transaction = session.Transaction;
        text.Append(CultureInfo.InvariantCulture, $"id={session.Id}")
            .Append(CultureInfo.InvariantCulture, $" addr={session.Connection.RemoteEndPoint}")
            .Append(CultureInfo.InvariantCulture, $" laddr={session.Connection.LocalEndPoint}")
            .Append(CultureInfo.InvariantCulture, $" name={Encoding.ASCII.GetString(client.Name)}")
            .Append(CultureInfo.InvariantCulture, $" age={Math.Max(0, nowMs - session.CreatedAtMs) / 1000}")
            .Append(CultureInfo.InvariantCulture, $" idle={Math.Max(0, nowMs - session.LastInteractionMs) / 1000}")
            .Append(" flags=").Append(Flags(session))
            .Append(CultureInfo.InvariantCulture, $" db={client.Database}")
            .Append(CultureInfo.InvariantCulture, $" sub={subscriber?.CountOf(ChannelKind.Channel) ?? 0}")
            .Append(CultureInfo.InvariantCulture, $" psub={subscriber?.CountOf(ChannelKind.Pattern) ?? 0}")
            .Append(CultureInfo.InvariantCulture, $" ssub={subscriber?.CountOf(ChannelKind.ShardChannel) ?? 0}")
            .Append(CultureInfo.InvariantCulture, $" multi={(transaction.IsActive ? transaction.Count : -1)}")
            .Append(CultureInfo.InvariantCulture, $" watch={session.Watched?.Count ?? 0}")
            .Append(CultureInfo.InvariantCulture, $" multi-mem={(transaction.IsActive ? transaction.HeldBytes : 0)}")
            .Append(CultureInfo.InvariantCulture, $" omem={session.Connection.PendingOutputBytes}")
            .Append(" cmd=").Append(session.LastCommand?.Name.ToLowerInvariant() ?? "NULL")
            .Append(CultureInfo.InvariantCulture, $" user={client.User?.Name ?? "(none)"} redir=-1")
            .Append(CultureInfo.InvariantCulture, $" resp={(int)session.Version}")
            .Append(CultureInfo.InvariantCulture, $" lib-name={Encoding.ASCII.GetString(client.LibraryName)}")
            .Append(CultureInfo.InvariantCulture, $" lib-ver={Encoding.ASCII.GetString(client.LibraryVersion)}")
            .Append('\n');
    }

    private static string Flags(RespSession session)
    {
        string flags = string.Concat(
            KindOf(session) == ClientKind.PubSub ? "P" : "",
            session.Transaction.IsActive ? "x" : "",
            session.Client.ReadsReplicas ? "r" : "");
        flags = string.Concat(
            flags,
            session.Client.IsProtectedFromEviction ? "e" : "",
            session.Client.LeavesRecencyAlone ? "T" : "");
        return flags.Length == 0 ? "N" : flags;
    }
}

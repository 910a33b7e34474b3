using Henge.Routing;
using Henge.Security;
using Henge.Sessions;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Commands.Transactions;

/// <summary>
/// MULTI, EXEC and what belongs to them. EXEC is one step for every other connection and for HTTP: it locks the shards
/// of all keys that the queue and WATCH name before it compares versions, and holds them to the last command.
/// </summary>
internal static class TransactionCommands
{
    private const CommandFlags Flags = CommandFlags.Fast | CommandFlags.NotQueued;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "MULTI", Arity = 1, Handler = Multi, Flags = Flags, Group = "transactions", Since = "1.2.0",
            Reach = KeyReach.Nothing,
            Summary = "Starts a transaction.",
        },
        new()
        {
            Name = "EXEC", Arity = 1, Handler = Exec, Flags = CommandFlags.NotQueued, Group = "transactions",
            OverRing = RingTransactions.Exec,
            Reach = KeyReach.Nothing,
            Since = "1.2.0", Summary = "Executes all commands in a transaction.",
        },
        new()
        {
            Name = "DISCARD", Arity = 1, Handler = Discard, Flags = Flags, Group = "transactions", Since = "2.0.0",
            Reach = KeyReach.Nothing,
            Summary = "Discards a transaction.",
        },
        new()
        {
            Name = "WATCH", Arity = -2, Handler = Watch, Flags = Flags, Group = "transactions", Since = "2.2.0",
            FirstKey = 1, LastKey = -1, KeyStep = 1, OverRing = RingTransactions.Watch,
            Summary = "Monitors changes to keys to determine the execution of a transaction.",
        },
        new()
        {
            Name = "UNWATCH", Arity = 1, Handler = Unwatch, Flags = CommandFlags.Fast, Group = "transactions",
            Reach = KeyReach.Nothing,
            Since = "2.2.0", Summary = "Forgets about watched keys of a transaction.",
        },
    ];

    /// <summary>MULTI</summary>
    public static void Multi(ref CommandContext context)
    {
        if (context.Session.Transaction.IsActive)
        {
            context.Reply.Error("ERR MULTI calls can not be nested"u8);
            return;
        }
        context.Session.Transaction.Begin();
        context.Reply.Ok();
    }

    /// <summary>DISCARD</summary>
    public static void Discard(ref CommandContext context)
    {
        if (!context.Session.Transaction.IsActive)
        {
            context.Reply.Error("ERR DISCARD without MULTI"u8);
            return;
        }
        context.Session.Transaction.End();
        context.Session.Watched?.Clear();
        context.Reply.Ok();
    }

    /// <summary>WATCH key [key …]</summary>
    public static void Watch(ref CommandContext context)
    {
        if (context.Session.Transaction.IsActive)
        {
            context.Reply.Error("ERR WATCH inside MULTI is not allowed"u8);
            return;
        }
        WatchList watched = context.Session.Watched ??= new WatchList(context.Store);
        CommandArguments words = context.Arguments;
        for (int i = 1; i < words.Count; i++)
        {
            if (!watched.TryAdd(words[i], context.NowMs))
            {
                context.Reply.Error("ERR the watched keys of this connection exceed their memory limit"u8);
                return;
            }
        }
        context.Reply.Ok();
    }

    /// <summary>UNWATCH</summary>
    public static void Unwatch(ref CommandContext context)
    {
        context.Session.Watched?.Clear();
        context.Reply.Ok();
    }

    /// <summary>EXEC</summary>
    public static void Exec(ref CommandContext context)
    {
        RespSession session = context.Session;
        Transaction transaction = session.Transaction;
        if (!transaction.IsActive)
        {
            context.Reply.Error("ERR EXEC without MULTI"u8);
            return;
        }
        try
        {
            if (transaction.IsBroken)
            {
                context.Reply.Error("EXECABORT Transaction discarded because of previous errors."u8);
                return;
            }
            using ShardsScope shards = LockEverythingNamed(context.Store, session);
            if (session.Watched is { } watched && watched.HasChanged(context.NowMs))
            {
                context.Reply.NullArray();
                return;
            }
            context.Reply.Array(transaction.Count);
            CommandDispatch.RunQueued(session, context.Reply, context.NowMs);
        }
        finally
        {
            transaction.End();
            session.Watched?.Clear();
        }
    }

    private static ShardsScope LockEverythingNamed(Store store, RespSession session)
    {
        var shards = default(ShardSet);
        Transaction transaction = session.Transaction;
        for (int i = 0; i < transaction.Count; i++)
        {
            Command command = transaction.CommandAt(i);
            if ((command.Flags & (CommandFlags.AllKeys | CommandFlags.MovableKeys)) != 0)
            {
                return store.LockAll();
            }
            CommandArguments words = transaction.ArgumentsAt(i);
            var keys = KeyPositions.Of(command, words.Count);
            for (int at = keys.First; at <= keys.Last; at += keys.Step)
            {
                shards.Add(store.ShardOf(at == keys.First ? transaction.KeyHashAt(i) : store.Hash(words[at])));
            }
        }
        session.Watched?.AddShards(ref shards);
        return store.Lock(shards);
    }
}

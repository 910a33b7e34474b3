using Henge.Commands;
using Henge.Diagnostics.Figures;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing;
using Henge.Security;
using Henge.Sessions.Pending;
using Henge.Storage;

namespace Henge.Sessions;

/// <summary>
/// Carries out parsed commands in order: the one place between a session and the handlers, for single commands, those
/// of a batch and those of a transaction alike.
/// </summary>
internal static class CommandDispatch
{
    /// <summary>
    /// Carries out the commands of a batch until one must wait, the session closes, or too much output waits.
    /// </summary>
    /// <param name="session">Whose commands they are.</param>
    /// <param name="batch">The commands.</param>
    /// <param name="source">Where their words lie.</param>
    /// <param name="reply">Gets one reply for each, in order.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="pauseAt">Length of <paramref name="reply"/> above which nothing more is carried out.</param>
    /// <returns>How many were carried out.</returns>
    public static int Run(
        RespSession session, CommandBatch batch, ReadOnlySpan<byte> source, RespWriter reply, long nowMs, int pauseAt)
    {
        RingLane? lane = session.Connection.Lane;
        var meter = new CommandMeter(session.Node, lane?.Figures);
        bool routes = lane is not null && !lane.Lane.Snapshot.IsAlone;
        var local = new LocalReplies(session, reply, lane);
        bool plain = IsPlain(session);
        int done = 0;
        while (done < batch.Count)
        {
            if (session.HasPendingReplies && session.Replies.IsFull)
            {
                session.StopsForReplies = true;
                break;
            }
            ref BatchedCommand item = ref batch[done];
            Command? command = item.Command;
            CommandArguments arguments = batch.Arguments(item, source);
            bool isUsual = plain && command is not null && command.FitsArity(item.WordCount);
            int mark = reply.Length;
            Route route = Route.Here;
            if (isUsual)
            {
                route = routes
                    ? Router.Decide(session, lane!, command!, arguments, item.Slot, reply, ref local, ref mark)
                    : Route.Here;
                if (route == Route.Here)
                {
                    Invoke(session, command!, item.KeyHash, arguments, reply, nowMs, ref meter);
                }
            }
            else
            {
                route = RunWithCare(
                    session, ref item, arguments, reply, nowMs, ref meter, routes ? lane : null, ref local);
            }
            if (route == Route.Later)
            {
                break;
            }
            done++;
            if (route != Route.UnderWay)
            {
                local.Note(mark, IsConfirmed(command));
            }
            if (reply.Length > pauseAt)
            {
                session.IsOutputBlocked = true;
                break;
            }
            // Commands on keys change nothing about the session, so the usual ones need no second look at it.
            if (!isUsual || command!.FirstKey == 0 || (command.Flags & CommandFlags.PubSub) != 0)
            {
                StartLogin(session, ref local);
                if (session.Closing != SessionClosing.No)
                {
                    break;
                }
                plain = IsPlain(session);
            }
        }
        local.Close();
        if (session.HasPendingReplies)
        {
            session.Replies.MoveReadyTo(reply);
        }
        meter.Close();
        Interlocked.Add(ref session.Node.Counters.CommandsProcessed, done);
        return done;
    }

    /// <summary>
    /// Starts a login that takes long: what was replied before goes first, and nothing behind it runs until it is known
    /// who it is.
    /// </summary>
    private static void StartLogin(RespSession session, ref LocalReplies local)
    {
        if (session.Login is { } login)
        {
            local.Close();
            login.Start(session.Replies.Add(isBarrier: true));
        }
    }

    /// <summary>Carries out one command of an operation.</summary>
    public static void RunOne(
        RespSession session,
        Command command,
        KeyHash keyHash,
        in CommandArguments arguments,
        RespWriter reply,
        long nowMs,
        LaneFigures? figures)
    {
        var meter = new CommandMeter(session.Node, figures);
        RunOne(session, command, keyHash, arguments, reply, nowMs, ref meter);
        meter.Close();
        Interlocked.Increment(ref session.Node.Counters.CommandsProcessed);
    }

    /// <summary>As above, one of a run that the caller meters and counts.</summary>
    public static void RunOne(
        RespSession session,
        Command command,
        KeyHash keyHash,
        in CommandArguments arguments,
        RespWriter reply,
        long nowMs,
        ref CommandMeter meter) =>
        Invoke(session, command, keyHash, arguments, reply, nowMs, ref meter);

    /// <summary>
    /// Carries out what a session's transaction has queued, in order; EXEC calls it with the shards locked.
    /// </summary>
    public static void RunQueued(RespSession session, RespWriter reply, long nowMs)
    {
        var meter = new CommandMeter(session.Node, session.Connection.Lane?.Figures);
        Transaction transaction = session.Transaction;
        for (int i = 0; i < transaction.Count; i++)
        {
            // Who it is cannot have changed since they were queued: AUTH and HELLO are not let in between.
            Invoke(
                session, transaction.CommandAt(i), transaction.KeyHashAt(i), transaction.ArgumentsAt(i),
                reply, nowMs, ref meter);
        }
        meter.Close();
        Interlocked.Add(ref session.Node.Counters.CommandsProcessed, transaction.Count);
    }

    /// <summary>
    /// Whether commands may run without a look at the session's state: in, no MULTI, nothing special.
    /// </summary>
    private static bool IsPlain(RespSession session) =>
        session.Client.User is { IsUnrestricted: true }
        && session.Client.ReplyMode == ReplyMode.On
        && !session.Transaction.IsActive
        && !session.IsRestrictedToPubSub
        && !session.Node.Pause.IsSet;

    private static void Invoke(
        RespSession session,
        Command command,
        KeyHash keyHash,
        in CommandArguments arguments,
        RespWriter reply,
        long nowMs,
        ref CommandMeter meter)
    {
        meter.Begin(command);
        session.LastCommand = command;
        int mark = reply.Length;
        var context = new CommandContext
        {
            Session = session,
            Command = command,
            Arguments = arguments,
            Reply = reply,
            KeyHash = keyHash,
            NowMs = nowMs,
        };
        command.Handler(ref context);
        bool failed = reply.IsErrorAt(mark);
        if (failed)
        {
            session.Node.Errors.Count(reply.Written[mark..]);
        }
        long microseconds = meter.End(failed, reply.Length - mark);
        if (microseconds >= 0)
        {
            session.Node.SlowLog.Add(session, command, arguments, microseconds, nowMs);
        }
    }

    /// <summary>A command that is unknown or malformed, or a session in a state that asks for checks.</summary>
    /// <returns><see cref="Route.Later"/> when the command must wait (CLIENT PAUSE).</returns>
    private static Route RunWithCare(
        RespSession session,
        ref BatchedCommand item,
        in CommandArguments arguments,
        RespWriter reply,
        long nowMs,
        ref CommandMeter meter,
        RingLane? lane,
        ref LocalReplies local)
    {
        Command? command = item.Command;
        if (command is not null && session.Node.Pause.IsSet && session.Node.Pause.Holds(command, nowMs))
        {
            session.IsPaused = true;
            return Route.Later;
        }
        int mark = reply.Length;
        var route = Route.Here;
        if (session.Client.ReplyMode == ReplyMode.SkipNext)
        {
            session.Client.ReplyMode = ReplyMode.Skip;
        }
        ReplyMode mode = session.Client.ReplyMode;
        if (!Admit(session, command, arguments, reply))
        {
            if (reply.IsErrorAt(mark))
            {
                session.Node.Errors.Count(reply.Written[mark..]);
            }
        }
        else if (!TryQueue(session, item, arguments, reply))
        {
            if (lane is not null)
            {
                route = Router.Decide(session, lane, command!, arguments, item.Slot, reply, ref local, ref mark);
            }
            if (route == Route.Here)
            {
                Invoke(session, command!, item.KeyHash, arguments, reply, nowMs, ref meter);
            }
        }
        bool isSilent = mode == ReplyMode.Skip || session.Client.ReplyMode == ReplyMode.Off;
        if (isSilent && !IsConfirmed(command))
        {
            Silence(session, route, reply, mark);
        }
        if (mode == ReplyMode.Skip && session.Client.ReplyMode == ReplyMode.Skip)
        {
            session.Client.ReplyMode = ReplyMode.On;
        }
        return route;
    }

    private static void Silence(RespSession session, Route route, RespWriter reply, int mark)
    {
        session.Login?.IsSilent = true;
        if (route == Route.UnderWay)
        {
            session.Replies.Last.IsSilent = true;
        }
        else
        {
            reply.Truncate(mark);
        }
    }

    /// <summary>
    /// Whether what it writes are pushes (subscribing and unsubscribing), which CLIENT REPLY leaves alone.
    /// </summary>
    private static bool IsConfirmed(Command? command) =>
        command is not null
        && (command.Flags & CommandFlags.PubSub) != 0 && (command.Flags & CommandFlags.WhileSubscribed) != 0;

    /// <summary>Whether a command may run here and now; if not, the error has been written.</summary>
    private static bool Admit(RespSession session, Command? command, in CommandArguments arguments, RespWriter reply)
    {
        if (command is null && CrossProtocol.IsForeignName(arguments[0]))
        {
            session.CloseAsForeign();
            return false;
        }
        if (!session.Client.IsAuthenticated && (command is null || (command.Flags & CommandFlags.NoAuth) == 0))
        {
            return Refuse(session, command, reply, "NOAUTH Authentication required."u8);
        }
        if (command is null)
        {
            Errors.UnknownCommand(reply, arguments);
            session.Transaction.Break();
            return false;
        }
        if (!command.FitsArity(arguments.Count))
        {
            Errors.WrongArity(reply, command);
            return Refuse(session, command, reply, default);
        }
        if (session.Client.User is { IsUnrestricted: false } user
            && CommandRights.Refusal(user, command, arguments) is { } refusal)
        {
            reply.Error(refusal);
            return Refuse(session, command, reply, default);
        }
        if (session.Transaction.IsActive && (command.Flags & CommandFlags.NoMulti) != 0)
        {
            return Refuse(session, command, reply, "ERR Command not allowed inside a transaction"u8);
        }
        if (session.IsRestrictedToPubSub && (command.Flags & CommandFlags.WhileSubscribed) == 0)
        {
            reply.Error(
                $"ERR Can't execute '{command.Name.ToLowerInvariant()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / "
                + "PING / QUIT / RESET are allowed in this context");
            return Refuse(session, command, reply, default);
        }
        return true;
    }

    /// <summary>Counts a refusal, writes its text where there is one, and makes an open transaction fail.</summary>
    private static bool Refuse(RespSession session, Command? command, RespWriter reply, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            reply.Error(text);
        }
        if (command is not null)
        {
            Interlocked.Increment(ref command.Counters.Rejected);
        }
        session.Transaction.Break();
        return false;
    }

    /// <summary>Inside MULTI, queues what can wait for EXEC.</summary>
    private static bool TryQueue(
        RespSession session, in BatchedCommand item, in CommandArguments arguments, RespWriter reply)
    {
        Command command = item.Command!;
        if (!session.Transaction.IsActive || (command.Flags & CommandFlags.NotQueued) != 0)
        {
            return false;
        }
        if (session.Transaction.TryQueue(command, item.KeyHash, arguments))
        {
            reply.SimpleString("QUEUED"u8);
            return true;
        }
        reply.Error("ERR the queue of this transaction exceeds its memory limit"u8);
        session.Transaction.End();
        session.Close(SessionClosing.AfterReplies);
        return true;
    }
}

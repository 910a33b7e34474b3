using Henge.Cluster.Lanes;
using Henge.Commands;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing.Operations;
using Henge.Sessions.Pending;

namespace Henge.Routing;

/// <summary>
/// A call that takes several steps, one after the reply of the other. Each step runs as work of its own on the lane's
/// thread, because a lane must not be asked for more while it reports what it has done.
/// </summary>
internal sealed class SavedCall
{
    private readonly HengeNode _node;
    private readonly RingLane _lane;
    private readonly CallManner _manner;
    private readonly IReplyTarget _target;
    private readonly int _part;
    private readonly CommandWords _words;

    /// <summary>Begins a call whose steps the session's next command must not come between.</summary>
    public SavedCall(ref RoutedCall call)
    {
        call.Begin(isBarrier: true);
        _node = call.Node;
        _lane = call.Lane;
        _manner = call.Manner;
        _target = call.Target;
        _part = call.Part;
        _words = new CommandWords(call.Node.Store);
        _words.Add(call.Command, call.Arguments);
    }

    /// <summary>The lane.</summary>
    public RingLane Lane => _lane;

    /// <summary>Its words.</summary>
    public CommandArguments Arguments => _words.ArgumentsAt(0);

    /// <summary>The call again, for its next step.</summary>
    public RoutedCall Resume()
    {
        var call = new RoutedCall
        {
            Node = _node,
            Lane = _lane,
            Command = _words.CommandAt(0),
            Arguments = _words.ArgumentsAt(0),
            Manner = _manner,
        };
        call.ReplyTo(_target, _part);
        return call;
    }

    /// <summary>
    /// Starts one command of those that nodes give each other, for the owner of its keys or for a member.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="words">Its other words.</param>
    /// <param name="next">What to do with the reply where it was done and is no error.</param>
    /// <param name="whenNotDone">How the call ends when this step was not carried out.</param>
    public void Ask(
        ReadOnlySpan<byte> name, byte[][] words, Action<byte[]> next, Outcome whenNotDone = Outcome.NotDone)
    {
        Command command = _node.PeerCommands.Find(name)!;
        var operation = new CommandOperation(_node, _lane, _manner) { IsOfPeers = true };
        operation.Words.Begin(command);
        operation.Words.Word(name);
        foreach (byte[] word in words)
        {
            operation.Words.Word(word);
        }
        operation.Words.End();
        Start(operation, next, whenNotDone);
    }

    /// <summary>Starts an operation, and goes on with its reply.</summary>
    public void Start(CommandOperation operation, Action<byte[]> next, Outcome whenNotDone = Outcome.NotDone)
    {
        operation.ReplyTo(Then(next, whenNotDone), 0);
        _lane.Lane.Start(operation, _lane.Now);
    }

    /// <summary>A target that goes on with the reply, or ends the call with the error.</summary>
    public IReplyTarget Then(Action<byte[]> next, Outcome whenNotDone = Outcome.NotDone) =>
        new NextStep(_lane, (outcome, reply) =>
        {
            if (outcome != Outcome.Done)
            {
                _target.Complete(_part, outcome == Outcome.NotDone ? whenNotDone : outcome, default);
            }
            else if (reply is [(byte)'-', ..])
            {
                _target.Complete(_part, Outcome.Done, reply);
            }
            else
            {
                next(reply);
            }
        });

    /// <summary>The end.</summary>
    public void Finish(Outcome outcome, ReadOnlySpan<byte> reply) => _target.Complete(_part, outcome, reply);

    /// <summary>The end, with what is written to a writer of the client's dialect.</summary>
    public void Finish(Action<RespWriter> write)
    {
        var reply = new RespWriter { Version = _manner.Version };
        write(reply);
        Finish(Outcome.Done, reply.Written);
    }

    /// <summary>The end, with an error.</summary>
    public void Fail(ReadOnlySpan<byte> error)
    {
        var reply = new RespWriter();
        reply.Error(error);
        Finish(Outcome.Done, reply.Written);
    }
}

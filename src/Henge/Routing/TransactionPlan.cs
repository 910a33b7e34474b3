using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Protocol;
using Henge.Routing.Operations;
using Henge.Routing.Parts;
using Henge.Sessions;
using Henge.Storage;

namespace Henge.Routing;

/// <summary>
/// The parts that a queue is cut into: one operation for each owner, and for each command that goes over the ring one
/// of
/// its own. Commands without keys run at once, in the client's session.
/// </summary>
internal sealed class TransactionPlan
{
    private readonly SavedCall _saved;
    private readonly RespSession _session;
    private readonly List<(MemberId? Owner, CommandOperation Operation, List<int> Commands)> _owners = [];
    private readonly List<(Command Command, CommandWords Words, int Index)> _overRing = [];
    private readonly List<byte[]?> _replies = [];
    private bool _watches;

    /// <summary>A plan without parts.</summary>
    public TransactionPlan(ref RoutedCall call)
    {
        _session = call.Session!;
        _saved = new SavedCall(ref call);
    }

    /// <summary>Adds the next command of the queue.</summary>
    public void Add(in RoutedCall call, Command command, KeyHash hash, in CommandArguments words)
    {
        int index = _replies.Count;
        _replies.Add(null);
        bool hasKeys = command.FirstKey > 0 && !command.StaysHere;
        if (command.OverRing is not null || (hasKeys && !HasOneOwner(call, command, words)))
        {
            var copy = new CommandWords(call.Node.Store);
            copy.Add(command, words);
            _overRing.Add((command, copy, index));
        }
        else if (hasKeys)
        {
            var part = PartOf(call, call.OwnerOf(Slot.Of(words[command.FirstKey])));
            part.Operation.Words.Add(command, words);
            part.Commands.Add(index);
        }
        else
        {
            var reply = new RespWriter { Version = _session.Version };
            CommandDispatch.RunOne(_session, command, hash, words, reply, call.NowMs, call.Lane.Figures);
            _replies[index] = reply.Written.ToArray();
        }
    }

    /// <summary>Has the owner of a key check that it has not changed.</summary>
    public void Watch(in RoutedCall call, in WatchedKey key)
    {
        _watches = true;
        PartOf(call, call.OwnerOf(Slot.Of(key.Key))).Operation.Watch(key.Key, key.Version);
    }

    /// <summary>Starts the parts, once all owners agree where several must.</summary>
    public void Start()
    {
        if (!_watches || _owners.Count + _overRing.Count < 2)
        {
            StartParts();
            return;
        }
        RoutedCall call = _saved.Resume();
        var checks = new List<CommandOperation>();
        foreach ((_, CommandOperation operation, _) in _owners)
        {
            if (operation.Watched.Count > 0)
            {
                var check = new CommandOperation(call.Node, call.Lane, call.Manner) { IsTransaction = true };
                foreach ((byte[] key, _, ulong version) in operation.Watched)
                {
                    check.Watch(key, version);
                }
                checks.Add(check);
            }
        }
        call.ReplyTo(_saved.Then(agreed =>
        {
            if (ReplyBytes.Number(agreed) == checks.Count)
            {
                StartParts();
            }
            else
            {
                _saved.Finish(static reply => reply.NullArray());
            }
        }), 0);
        var gathering = new Gathering(call, checks.Count, static (parts, reply) =>
        {
            int agreed = 0;
            for (int i = 0; i < parts.Count; i++)
            {
                agreed += RingTransactions.Parts(parts.Reply(i)) is null ? 0 : 1;
            }
            reply.Integer(agreed);
        });
        for (int i = 0; i < checks.Count; i++)
        {
            call.Start(checks[i], gathering, i);
        }
    }

    private void StartParts()
    {
        RoutedCall call = _saved.Resume();
        int owners = _owners.Count;
        if (owners + _overRing.Count == 0)
        {
            _saved.Finish(Write);
            return;
        }
        var gathering = new Gathering(call, owners + _overRing.Count, Assemble) { PassesErrors = false };
        for (int i = 0; i < owners; i++)
        {
            call.Start(_owners[i].Operation, gathering, i);
        }
        for (int i = 0; i < _overRing.Count; i++)
        {
            (Command command, CommandWords words, _) = _overRing[i];
            StartOverRing(call, command, words, gathering, owners + i);
        }
    }

    private void StartOverRing(
        in RoutedCall call, Command command, CommandWords words, Gathering target, int part)
    {
        var one = new RoutedCall
        {
            Node = call.Node,
            Lane = call.Lane,
            Command = command,
            Arguments = words.ArgumentsAt(0),
            Manner = call.Manner,
        };
        one.ReplyTo(target, part);
        Route route = command.OverRing is { } overRing ? overRing(ref one) : Router.Send(ref one);
        if (route == Route.Here)
        {
            var reply = new RespWriter { Version = call.Manner.Version };
            CommandDispatch.RunOne(
                _session, command, words.KeyHashAt(0), words.ArgumentsAt(0), reply, call.NowMs, call.Lane.Figures);
            target.Complete(part, Outcome.Done, reply.Written);
        }
    }

    /// <summary>
    /// Where a part was not carried out, the reply is the error: what the other parts did stays done, as the
    /// documentation says of transactions over several owners.
    /// </summary>
    private void Assemble(Gathering parts, RespWriter reply)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts.Outcome(i) != Outcome.Done)
            {
                reply.Raw(Errors.Line(parts.Count == 1 ? parts.Outcome(i) : Outcome.Unknown));
                return;
            }
        }
        for (int i = 0; i < _owners.Count; i++)
        {
            if (RingTransactions.Parts(parts.Reply(i)) is not { } replies)
            {
                reply.NullArray();
                return;
            }
            for (int command = 0; command < _owners[i].Commands.Count; command++)
            {
                _replies[_owners[i].Commands[command]] = command < replies.Count ? replies[command] : null;
            }
        }
        for (int i = 0; i < _overRing.Count; i++)
        {
            _replies[_overRing[i].Index] = parts.Reply(_owners.Count + i).ToArray();
        }
        Write(reply);
    }

    private void Write(RespWriter reply)
    {
        reply.Array(_replies.Count);
        foreach (byte[]? one in _replies)
        {
            reply.Raw(one is { Length: > 0 } ? one : Errors.Line(Outcome.Unknown));
        }
    }

    private (MemberId? Owner, CommandOperation Operation, List<int> Commands) PartOf(
        in RoutedCall call, MemberId? owner)
    {
        foreach (var part in _owners)
        {
            if (part.Owner == owner)
            {
                return part;
            }
        }
        _owners.Add((owner, new CommandOperation(call.Node, call.Lane, call.Manner) { IsTransaction = true }, []));
        return _owners[^1];
    }

    private static bool HasOneOwner(in RoutedCall call, Command command, in CommandArguments words)
    {
        var keys = KeyPositions.Of(command, words.Count);
        MemberId? owner = call.OwnerOf(Slot.Of(words[keys.First]));
        for (int i = keys.First + keys.Step; i <= keys.Last; i += keys.Step)
        {
            if (call.OwnerOf(Slot.Of(words[i])) != owner)
            {
                return false;
            }
        }
        return true;
    }
}

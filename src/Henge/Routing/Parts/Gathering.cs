using Henge.Cluster.Lanes;
using Henge.Commands;
using Henge.Protocol;
using Henge.Sessions.Pending;

namespace Henge.Routing.Parts;

/// <summary>
/// Waits for the replies of the operations that one command was cut into, and makes one reply of them. An error of a
/// part is the reply; where a part was not done and another may have written, nobody can say what is stored.
/// </summary>
internal sealed class Gathering : IReplyTarget
{
    private readonly IReplyTarget _target;
    private readonly int _part;
    private readonly RespVersion _version;
    private readonly bool _writes;
    private readonly Assembler _assemble;
    private readonly byte[]?[] _replies;
    private readonly Outcome[] _outcomes;
    private int _left;

    /// <summary>A gathering for the target of a call, whose parts are started next.</summary>
    /// <param name="call">The call; begun.</param>
    /// <param name="parts">How many operations there are.</param>
    /// <param name="assemble">Makes the reply.</param>
    public Gathering(in RoutedCall call, int parts, Assembler assemble)
    {
        _target = call.Target;
        _part = call.Part;
        _version = call.Manner.Version;
        _writes = (call.Command.Flags & CommandFlags.Write) != 0;
        _assemble = assemble;
        _replies = new byte[parts][];
        _outcomes = new Outcome[parts];
        _left = parts;
    }

    /// <summary>Parts.</summary>
    public int Count => _replies.Length;

    /// <summary>Whether it reports errors of parts by itself; if not, <see cref="Assembler"/> sees them.</summary>
    public bool PassesErrors { get; init; } = true;

    /// <summary>The reply of a part.</summary>
    public ReadOnlySpan<byte> Reply(int part) => _replies[part];

    /// <summary>How a part ended.</summary>
    public Outcome Outcome(int part) => _outcomes[part];

    /// <inheritdoc/>
    public void Complete(int part, Outcome outcome, ReadOnlySpan<byte> reply)
    {
        _replies[part] = reply.ToArray();
        _outcomes[part] = outcome;
        if (--_left > 0)
        {
            return;
        }
        Outcome worst = Worst();
        if (worst != Cluster.Lanes.Outcome.Done && PassesErrors)
        {
            _target.Complete(_part, worst, default);
            return;
        }
        var assembled = new RespWriter { Version = _version };
        if (PassesErrors && FirstError() is { } error)
        {
            assembled.Raw(error);
        }
        else
        {
            _assemble(this, assembled);
        }
        _target.Complete(_part, Cluster.Lanes.Outcome.Done, assembled.Written);
    }

    private Outcome Worst()
    {
        bool anyDone = false;
        var worst = Cluster.Lanes.Outcome.Done;
        foreach (Outcome outcome in _outcomes)
        {
            anyDone |= outcome == Cluster.Lanes.Outcome.Done;
            if (outcome == Cluster.Lanes.Outcome.Unknown || worst == Cluster.Lanes.Outcome.Done)
            {
                worst = outcome;
            }
        }
        return worst != Cluster.Lanes.Outcome.Done && anyDone && _writes ? Cluster.Lanes.Outcome.Unknown : worst;
    }

    private byte[]? FirstError()
    {
        foreach (byte[]? reply in _replies)
        {
            if (reply is [(byte)'-', ..])
            {
                return reply;
            }
        }
        return null;
    }
}

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Diagnostics.Meters;
using Henge.Peers;
using Henge.Protocol;
using Henge.Routing.Operations;
using Henge.Sessions;
using Henge.Sessions.Pending;

namespace Henge.Routing;

/// <summary>One command on its way into the ring: its words, who asked, and who gets the reply.</summary>
internal ref struct RoutedCall
{
    private IReplyTarget? _target;
    private int _part;

    /// <summary>The client's session; null for a command that was under way already when its keys parted.</summary>
    public RespSession? Session { get; init; }

    /// <summary>The node.</summary>
    public required HengeNode Node { get; init; }

    /// <summary>The lane of the calling thread.</summary>
    public required RingLane Lane { get; init; }

    /// <summary>The command.</summary>
    public required Command Command { get; init; }

    /// <summary>Whether it is one that only nodes give each other.</summary>
    public bool IsOfPeers { get; init; }

    /// <summary>Its words.</summary>
    public required CommandArguments Arguments { get; init; }

    /// <summary>The slot of its one key; null when it has several, or nobody has looked.</summary>
    public Slot? Slot { get; init; }

    /// <summary>The dialect of the reply, and what the client asked for.</summary>
    public required CallManner Manner { get; init; }

    /// <summary>Where a reply that is known at once is written; null without a session.</summary>
    public RespWriter? Reply { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public readonly long NowMs => Lane.Now.UnixMs;

    /// <summary>What the lane goes by.</summary>
    public readonly ClusterSnapshot Snapshot => Lane.Lane.Snapshot;

    /// <summary>Who gets the reply.</summary>
    public readonly IReplyTarget Target => _target!;

    /// <summary>What the target calls it.</summary>
    public readonly int Part => _part;

    /// <summary>Has somebody else get the reply.</summary>
    public void ReplyTo(IReplyTarget target, int part)
    {
        _target = target;
        _part = part;
    }

    /// <summary>
    /// Gives the reply its place in the session's order, unless somebody else gets it.
    /// </summary>
    /// <param name="isBarrier">
    /// Whether it takes more than one step, so that the client's next command must not start in between.
    /// </param>
    public void Begin(bool isBarrier = false) => _target ??= Session!.Replies.Add(isBarrier);

    /// <summary>The member that owns a slot; null when nobody does.</summary>
    public readonly MemberId? OwnerOf(Slot slot)
    {
        ReadOnlySpan<ushort> copies = Snapshot.View.CopiesOf(slot);
        return copies.IsEmpty ? null : Snapshot.View.Members[copies[0]].Id;
    }

    /// <summary>An operation for the owner of keys, in this call's manner, without words.</summary>
    public readonly CommandOperation Operation() => new(Node, Lane, Manner) { IsOfPeers = IsOfPeers };

    /// <summary>As above, one that nobody but the lane may keep: it is used again once it has ended.</summary>
    public readonly CommandOperation PassingOperation() => IsOfPeers ? Operation() : Lane.Operations.Take(Manner);

    /// <summary>Starts an operation.</summary>
    public readonly void Start(CommandOperation operation, IReplyTarget target, int part)
    {
        operation.ReplyTo(target, part);
        if (operation.KeyCount > 0)
        {
            operation.Trace(CallActivities.StartForwarded(Command, operation.SlotAt(0), Snapshot));
        }
        Lane.Lane.Start(operation, Lane.Now);
    }

    /// <summary>Ends the call with an error.</summary>
    public Route Refuse(ReadOnlySpan<byte> error)
    {
        if (_target is null && Reply is not null)
        {
            Reply.Error(error);
            return Route.Replied;
        }
        Begin();
        var line = new RespWriter();
        line.Error(error);
        _target!.Complete(_part, Outcome.Done, line.Written);
        return Route.UnderWay;
    }
}

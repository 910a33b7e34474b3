using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Protocol;
using Henge.Sessions.Pending;

namespace Henge.Routing.Operations;

/// <summary>
/// Commands that one node carries out: one, or those of a transaction that name its keys. On the wire, behind the kind:
/// <code>
/// u8 flags | u32 watched { u32 length, key, u64 version } | u32 commands { u32 words { u32 length, word } }
/// </code>
/// and the reply is that of the command as it is; of a transaction, a byte that says whether it ran, and then each
/// reply
/// behind its length.
/// </summary>
internal sealed class CommandOperation : Operation
{
    private const byte Resp3 = 1;
    private const byte NoTouch = 2;
    private const byte Together = 4;
    private const byte OfPeers = 8;
    private const byte Addressed = 16;

    private readonly HengeNode _node;
    private readonly RingLane _lane;
    private readonly List<(byte[] Key, Slot Slot, ulong Version)> _watched = [];
    private IReplyTarget? _target;
    private int _part;
    private byte[] _reply = [];

    /// <summary>An operation without words.</summary>
    public CommandOperation(HengeNode node, RingLane lane, CallManner manner)
    {
        _node = node;
        _lane = lane;
        Manner = manner;
        Words = new CommandWords(node.Store);
    }

    /// <summary>How it is carried out.</summary>
    public CallManner Manner { get; }

    /// <summary>Its commands.</summary>
    public CommandWords Words { get; }

    /// <summary>
    /// Whether it is (a part of) a transaction: run as one step, if what was watched has not changed.
    /// </summary>
    public bool IsTransaction { get; init; }

    /// <summary>Whether its commands are those that only nodes give each other.</summary>
    public bool IsOfPeers { get; init; }

    /// <summary>Keys that must have these versions still.</summary>
    public IReadOnlyList<(byte[] Key, Slot Slot, ulong Version)> Watched => _watched;

    /// <inheritdoc/>
    public override int KeyCount => Target is null ? Words.KeyCount + _watched.Count : 0;

    /// <inheritdoc/>
    public override bool Writes => Words.Writes;

    /// <inheritdoc/>
    public override bool ReadsKeys => Words.Reads || _watched.Count > 0;

    /// <summary>Reads what another node's <see cref="WriteTo"/> wrote; null when it makes no sense.</summary>
    public static CommandOperation? Read(HengeNode node, RingLane lane, ReadOnlySpan<byte> request)
    {
        var reader = new MessageReader(request);
        byte flags = reader.Byte();
        var version = (flags & Resp3) != 0 ? RespVersion.Resp3 : RespVersion.Resp2;
        bool ofPeers = (flags & OfPeers) != 0;
        var operation = new CommandOperation(node, lane, new CallManner(version, (flags & NoTouch) != 0))
        {
            IsTransaction = (flags & Together) != 0,
            IsOfPeers = ofPeers,
            Target = (flags & Addressed) != 0 ? lane.Lane.Snapshot.Self.Id : null,
        };
        uint watched = reader.UInt32();
        for (uint i = 0; i < watched && !reader.Failed; i++)
        {
            byte[] key = reader.Bytes().ToArray();
            operation.Watch(key, reader.UInt64());
        }
        bool isRead = operation.Words.TryRead(ref reader, ofPeers ? node.PeerCommands : node.Commands);
        bool makesSense = isRead || (operation.IsTransaction && reader.IsDone);
        // Clients' commands without keys are for the node that they were sent to, and never go to another.
        return makesSense && !reader.Failed && (operation.KeyCount > 0 || (ofPeers && operation.Target is not null))
            ? operation
            : null;
    }

    /// <summary>Says who gets the reply.</summary>
    public void ReplyTo(IReplyTarget target, int part)
    {
        _target = target;
        _part = part;
    }

    /// <summary>Has it fail when a key has another version by then.</summary>
    public void Watch(byte[] key, ulong version) => _watched.Add((key, Slot.Of(key), version));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) =>
        index < Words.KeyCount ? Words.KeyAt(index) : _watched[index - Words.KeyCount].Key;

    /// <inheritdoc/>
    public override Slot SlotAt(int index) =>
        index < Words.KeyCount ? Words.SlotAt(index) : _watched[index - Words.KeyCount].Slot;

    /// <inheritdoc/>
    public override void Execute(Instant now) => _reply = _lane.Commands.Run(this, now.UnixMs);

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)RequestKind.Commands);
        writer.Byte((byte)((Manner.Version == RespVersion.Resp3 ? Resp3 : 0)
            | (Manner.LeavesRecencyAlone ? NoTouch : 0)
            | (IsTransaction ? Together : 0)
            | (IsOfPeers ? OfPeers : 0)
            | (Target is not null ? Addressed : 0)));
        writer.UInt32((uint)_watched.Count);
        foreach ((byte[] key, _, ulong version) in _watched)
        {
            writer.Bytes(key);
            writer.UInt64(version);
        }
        Words.WriteTo(writer);
    }

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer) => writer.Raw(_reply);

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        if (_target is not { } target)
        {
            return;
        }
        _target = null;
        if (outcome == Outcome.Split && !IsTransaction && Words.CommandAt(0).AcrossOwners is not null)
        {
            // Its keys were of one owner when it was sent. Not from in here: the lane is in the middle of something.
            _lane.Post(_ => Router.Restart(_node, _lane, this, target, _part));
            return;
        }
        target.Complete(_part, outcome, outcome != Outcome.Done ? default : wasRemote ? reply : _reply);
    }
}

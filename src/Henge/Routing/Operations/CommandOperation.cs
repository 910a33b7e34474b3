using System.Diagnostics;

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
    /// <summary>Flag: the client speaks RESP3.</summary>
    public const byte Resp3 = 1;

    /// <summary>Flag: reads leave recency alone.</summary>
    public const byte NoTouch = 2;

    private const byte Together = 4;
    private const byte OfPeers = 8;
    private const byte Addressed = 16;

    /// <summary>A buffer for the reply that grew beyond this is given up with the reply.</summary>
    private const int KeptReplyBytes = 1024;

    private static readonly List<(byte[] Key, Slot Slot, ulong Version)> Nothing = [];

    private readonly HengeNode _node;
    private readonly RingLane _lane;
    private readonly bool _isSpare;
    private List<(byte[] Key, Slot Slot, ulong Version)> _watched = Nothing;
    private IReplyTarget? _target;
    private int _part;
    private byte[] _reply = [];
    private int _replyLength;
    private Activity? _activity;

    /// <summary>An operation without words.</summary>
    /// <param name="node">The node.</param>
    /// <param name="lane">The lane that carries it through.</param>
    /// <param name="manner">How it is carried out.</param>
    /// <param name="isSpare">
    /// Whether it is one of <see cref="SpareOperations"/> and goes back there with its end: then nobody but the lane
    /// may keep it.
    /// </param>
    public CommandOperation(HengeNode node, RingLane lane, CallManner manner, bool isSpare = false)
    {
        _node = node;
        _lane = lane;
        _isSpare = isSpare;
        Manner = manner;
        Words = new CommandWords(node.Store);
    }

    /// <summary>How it is carried out.</summary>
    public CallManner Manner { get; private set; }

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
        var manner = new CallManner(version, (flags & NoTouch) != 0);
        CommandOperation operation = (flags & (Together | OfPeers | Addressed)) == 0
            ? lane.Operations.Take(manner)
            : new CommandOperation(node, lane, manner)
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

    /// <summary>
    /// What seems to be the first key of a request behind its kind, for hints; empty when it is no short command.
    /// Checks no more than its own bounds.
    /// </summary>
    public static ReadOnlySpan<byte> GlanceAtKey(ReadOnlySpan<byte> request)
    {
        const int Name = 2 + 3 * sizeof(uint);
        if (request.Length < Name + sizeof(uint) || request[0] != (byte)RequestKind.Commands)
        {
            return default;
        }
        var reader = new MessageReader(request[Name..]);
        reader.Bytes();
        return reader.Bytes();
    }

    /// <summary>Says who gets the reply.</summary>
    public void ReplyTo(IReplyTarget target, int part)
    {
        _target = target;
        _part = part;
    }

    /// <summary>Has an activity end with it; null for none.</summary>
    public void Trace(Activity? activity) => _activity = activity;

    /// <summary>Has it fail when a key has another version by then.</summary>
    public void Watch(byte[] key, ulong version)
    {
        _watched = _watched == Nothing ? [] : _watched;
        _watched.Add((key, Slot.Of(key), version));
    }

    /// <summary>Becomes an operation without words again.</summary>
    public void Renew(CallManner manner)
    {
        Manner = manner;
        DeadlineMs = 0;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) =>
        index < Words.KeyCount ? Words.KeyAt(index) : _watched[index - Words.KeyCount].Key;

    /// <inheritdoc/>
    public override Slot SlotAt(int index) =>
        index < Words.KeyCount ? Words.SlotAt(index) : _watched[index - Words.KeyCount].Slot;

    /// <inheritdoc/>
    public override void Execute(Instant now)
    {
        ReadOnlySpan<byte> reply = _lane.Commands.Run(this, now.UnixMs);
        if (_reply.Length < reply.Length)
        {
            _reply = GC.AllocateUninitializedArray<byte>(Math.Max(reply.Length, 128));
        }
        reply.CopyTo(_reply);
        _replyLength = reply.Length;
    }

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
    public override void WriteReplyTo(MessageWriter writer) => writer.Raw(Reply);

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        if (_activity is not null)
        {
            EndActivity(outcome);
        }
        if (_target is not { } target)
        {
            End();
            return;
        }
        _target = null;
        if (outcome == Outcome.Split && !IsTransaction && Words.CommandAt(0).AcrossOwners is not null)
        {
            Restart(target);
            return;
        }
        target.Complete(_part, outcome, outcome != Outcome.Done ? default : wasRemote ? reply : Reply);
        End();
    }

    // Its keys were of one owner when it was sent. Not from in there: the lane is in the middle of something.
    private void Restart(IReplyTarget target) =>
        _lane.Post(_ => Router.Restart(_node, _lane, this, target, _part));

    private void EndActivity(Outcome outcome)
    {
        if (outcome != Outcome.Done)
        {
            _activity!.SetStatus(ActivityStatusCode.Error, outcome.ToString());
        }
        _activity!.Dispose();
        _activity = null;
    }

    private ReadOnlySpan<byte> Reply => _reply.AsSpan(0, _replyLength);

    /// <summary>Nothing of it is wanted any more; it forgets its words, and what took more memory than usual.</summary>
    private void End()
    {
        if (!_isSpare)
        {
            return;
        }
        Words.Clear();
        _watched = Nothing;
        _replyLength = 0;
        if (_reply.Length > KeptReplyBytes)
        {
            _reply = [];
        }
        _lane.Operations.Give(this);
    }
}

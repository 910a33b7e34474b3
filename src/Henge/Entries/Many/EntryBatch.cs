using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Peers;

namespace Henge.Entries.Many;

/// <summary>
/// Operations on entries of one owner, sent together; each is a step of its own. They all write, or all read. On the
/// wire, behind the kind:
/// <code>
/// request: u8 format (1) | u32 count | each: u32 length, request of an EntryOperation behind its kind
/// reply:   u8 format (1) | u32 count | each: u32 length, reply of an EntryOperation
/// </code>
/// A reply may have fewer parts than the request: what would make it longer than <see cref="ReplyBytes"/> was not read,
/// and is to be asked for again. The first part is always answered.
/// </summary>
internal sealed class EntryBatch : Operation
{
    /// <summary>Most parts.</summary>
    public const int MaxParts = 256;

    /// <summary>
    /// Bytes of values in one reply, unless one value has more: other replies wait no longer for their turn.
    /// </summary>
    public const int ReplyBytes = 256 << 10;

    private const byte Format = 1;

    private readonly HengeNode _node;
    private readonly IReadOnlyList<EntryOperation> _parts;
    private readonly TaskCompletionSource<Outcome>? _waiting;
    private int _answered;

    /// <summary>A batch.</summary>
    /// <param name="node">This node.</param>
    /// <param name="parts">1 to <see cref="MaxParts"/>; nobody waits for them.</param>
    /// <param name="isAwaited">Whether somebody waits for <see cref="Reply"/>.</param>
    public EntryBatch(HengeNode node, IReadOnlyList<EntryOperation> parts, bool isAwaited)
    {
        _node = node;
        _parts = parts;
        _waiting = isAwaited ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>How it ended; only where it is awaited. Continuations run on the thread pool.</summary>
    public Task<Outcome> Reply => _waiting!.Task;

    /// <summary>One of its parts.</summary>
    public EntryOperation this[int index] => _parts[index];

    /// <summary>Parts, from the first on, that have their answers.</summary>
    public int Answered => _answered;

    /// <inheritdoc/>
    public override int KeyCount => _parts.Count;

    /// <inheritdoc/>
    public override bool Writes => _parts[0].Writes;

    /// <inheritdoc/>
    public override bool ReadsKeys => _parts[0].ReadsKeys;

    /// <summary>Reads what another node's <see cref="WriteTo"/> wrote; null when it makes no sense.</summary>
    public static EntryBatch? Read(HengeNode node, ReadOnlySpan<byte> request)
    {
        var reader = new MessageReader(request);
        byte format = reader.Byte();
        uint count = reader.UInt32();
        if (reader.Failed || format != Format || count is 0 or > MaxParts)
        {
            return null;
        }
        var parts = new EntryOperation[count];
        for (int i = 0; i < parts.Length; i++)
        {
            ReadOnlySpan<byte> part = reader.Bytes();
            if (reader.Failed || part is not [(byte)RequestKind.Entry, ..]
                || EntryOperation.Read(node, part[1..]) is not { } operation || !IsAlike(operation, parts[0]))
            {
                return null;
            }
            parts[i] = operation;
        }
        return reader.IsDone ? new EntryBatch(node, parts, isAwaited: false) : null;
    }

    /// <summary>Has nobody wait any more: the node has stopped, so it may never end.</summary>
    public void Abandon() => _waiting!.TrySetResult(Writes ? Outcome.Unknown : Outcome.NotDone);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) => _parts[index].KeyAt(0);

    /// <inheritdoc/>
    public override Slot SlotAt(int index) => _parts[index].SlotAt(0);

    /// <inheritdoc/>
    public override void Execute(Instant now)
    {
        long bytes = 0;
        for (_answered = 0; _answered < _parts.Count; _answered++)
        {
            if (bytes > ReplyBytes)
            {
                break;
            }
            EntryOperation part = _parts[_answered];
            part.Execute(now);
            bytes += part.Answer.Value?.Length ?? 0;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)RequestKind.Entries);
        writer.Byte(Format);
        writer.UInt32((uint)_parts.Count);
        var part = new MessageWriter();
        foreach (EntryOperation operation in _parts)
        {
            part.Clear();
            operation.WriteTo(part);
            writer.Bytes(part.Written);
        }
    }

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer)
    {
        writer.Byte(Format);
        writer.UInt32((uint)_answered);
        var part = new MessageWriter();
        for (int i = 0; i < _answered; i++)
        {
            part.Clear();
            _parts[i].WriteReplyTo(part);
            writer.Bytes(part.Written);
        }
    }

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        if (_waiting is null)
        {
            return;
        }
        if (Writes)
        {
            // As for one: this process reads its own writes.
            foreach (EntryOperation part in _parts)
            {
                _node.Ring?.Coherence?.Reader.Invalidate(part.Key);
            }
        }
        if (outcome == Outcome.Done && wasRemote && !TryReadReply(reply))
        {
            outcome = Outcome.Unknown;
        }
        _waiting.TrySetResult(outcome);
    }

    private static bool IsAlike(EntryOperation part, EntryOperation? first) =>
        first is null || (part.Writes == first.Writes && part.ReadsKeys == first.ReadsKeys);

    private bool TryReadReply(ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        byte format = reader.Byte();
        uint count = reader.UInt32();
        bool makesSense = !reader.Failed && format == Format && count > 0 && count <= _parts.Count;
        for (_answered = 0; makesSense && _answered < count;)
        {
            makesSense = _parts[_answered].TryTakeReply(reader.Bytes()) && !reader.Failed;
            _answered += makesSense ? 1 : 0;
        }
        return makesSense;
    }
}

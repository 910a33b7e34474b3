using System.Buffers;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Tags;
using Henge.Entries.Counters;
using Henge.Entries.Kept;
using Henge.Entries.Leases;
using Henge.Peers;
using Henge.Storage;
using Henge.Storage.Figures;

namespace Henge.Entries;

/// <summary>
/// One verb on one entry, carried out by the owner of its key. Numbers are little-endian. On the wire, behind the kind:
/// <code>
/// request: u8 format (1) | u8 verb | u8 flags | u32 length, key |
///          to keep:      u128 who keeps it
///          writes:       u8 condition | u64 version
///          set, add:     i64 TTL in ms | i64 idle time in ms | i64 expiry in unix ms
///          set:          u32 length, value
///          add:          i64 what is added | i64 what it is added to where there is nothing
///          tagged:       u32 length, list of tags
///          has begun:    u64 version at which the value began to be made
///          get or lease: u128 member | u64 boot | u64 caller | u32 milliseconds
///          release:      u64 token
///          renew:        u64 token | u32 milliseconds
/// reply:   u8 format (1) | u8 status | u64 version | i64 expiry in unix ms | u32 length, value |
///          found to keep: u128 owner | u64 generation | i64 ms left (-1: no expiry) | u32 length, attributes
///          leased, held:  in place of the value, u8 why there is none; of length 0 where nobody remembers
/// </code>
/// A TTL counts by the owner's clock from when it is carried out. A request must end where it should, since what
/// follows might be a condition; behind a reply there may be more, which is passed over. Cost: two copies of the value
/// on the way there, one back.
/// </summary>
internal sealed class EntryOperation : Operation
{
    private const byte Format = 1;

    private readonly HengeNode _node;
    private readonly byte[] _key;
    private readonly Slot _slot;
    private readonly TaskCompletionSource<EntryReply>? _waiting;
    private EntryAnswer _answer;

    /// <summary>An operation.</summary>
    /// <param name="node">This node.</param>
    /// <param name="verb">What it does.</param>
    /// <param name="key">The key; not changed any more.</param>
    /// <param name="isAwaited">Whether somebody waits for <see cref="Reply"/>.</param>
    public EntryOperation(HengeNode node, EntryVerb verb, byte[] key, bool isAwaited)
    {
        _node = node;
        _key = key;
        _slot = Slot.Of(key);
        Verb = verb;
        _waiting = isAwaited ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>What it does.</summary>
    public EntryVerb Verb { get; }

    /// <summary>How.</summary>
    public EntryFlags Flags { get; init; }

    /// <summary>Who keeps the value that is read to be kept: the process that asked first.</summary>
    public MemberId Keeper { get; init; }

    /// <summary>What a write is given.</summary>
    public EntryWrite Write { get; init; }

    /// <summary>The value of a set; not changed any more.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>What is done to a counter.</summary>
    public CounterChange Counter { get; init; }

    /// <summary>Who asks for a lease, and for how long.</summary>
    public LeaseRequest Lease { get; init; }

    /// <summary>The lease that is given back or renewed.</summary>
    public LeaseToken Token { get; init; }

    /// <summary>Its key.</summary>
    public byte[] Key => _key;

    /// <summary>Its answer, once it was carried out here or another node's reply was taken.</summary>
    public EntryAnswer Answer
    {
        get => _answer;
        set => _answer = value;
    }

    /// <summary>How it ended; only where it is awaited. Continuations run on the thread pool.</summary>
    public Task<EntryReply> Reply => _waiting!.Task;

    /// <inheritdoc/>
    public override int KeyCount => 1;

    /// <summary>
    /// Whether doing it twice could undo what somebody did in between. Moving an expiry to later cannot.
    /// </summary>
    public override bool Writes => IsWrite(Verb);

    /// <inheritdoc/>
    public override bool ReadsKeys => Verb switch
    {
        EntryVerb.Set => Write.Condition != EntryCondition.None,
        EntryVerb.Release or EntryVerb.Renew => false,
        _ => true,
    };

    /// <summary>Reads what another node's <see cref="WriteTo"/> wrote; null when it makes no sense.</summary>
    public static EntryOperation? Read(HengeNode node, ReadOnlySpan<byte> request)
    {
        var reader = new MessageReader(request);
        byte format = reader.Byte();
        var verb = (EntryVerb)reader.Byte();
        var flags = (EntryFlags)reader.Byte();
        ReadOnlySpan<byte> key = reader.Bytes();
        var keeper = default(MemberId);
        if ((flags & EntryFlags.Keeps) != 0)
        {
            keeper = new MemberId(reader.UInt128());
        }
        var write = default(EntryWrite);
        ReadOnlySpan<byte> value = default;
        var counter = default(CounterChange);
        if (IsWrite(verb))
        {
            write = write with { Condition = (EntryCondition)reader.Byte(), Version = reader.UInt64() };
        }
        if (verb is EntryVerb.Set or EntryVerb.Add)
        {
            write = write with { Lifetime = new Lifetime(reader.Int64(), reader.Int64(), reader.Int64()) };
            if (verb == EntryVerb.Set)
            {
                value = reader.Bytes();
            }
            else
            {
                counter = new CounterChange(reader.Int64(), reader.Int64());
            }
            if ((flags & EntryFlags.HasTags) != 0)
            {
                write = write with { Tags = reader.Bytes().ToArray() };
            }
            if ((flags & EntryFlags.HasBegun) != 0)
            {
                write = write with { Begun = reader.UInt64() };
            }
        }
        var lease = default(LeaseRequest);
        var token = default(LeaseToken);
        if (verb == EntryVerb.GetOrLease)
        {
            lease = new LeaseRequest(
                new MemberId(reader.UInt128()), new BootId(reader.UInt64()), reader.UInt64(), (int)reader.UInt32());
        }
        if (verb is EntryVerb.Release or EntryVerb.Renew)
        {
            token = new LeaseToken(reader.UInt64());
        }
        if (verb == EntryVerb.Renew)
        {
            lease = new LeaseRequest(default, default, 0, (int)reader.UInt32());
        }
        bool makesSense = reader.IsDone && format == Format && MakesSense(verb, flags, write)
            && (verb is not (EntryVerb.GetOrLease or EntryVerb.Renew)
                || lease.Milliseconds is > 0 and <= LeaseRequest.LongestMs)
            && key.Length is > 0 and <= StoreOptions.MaxKeyBytes;
        return !makesSense ? null : new EntryOperation(node, verb, key.ToArray(), isAwaited: false)
        {
            Flags = flags,
            Keeper = keeper,
            Write = write,
            Counter = counter,
            Lease = lease,
            Token = token,
            Value = value.ToArray(),
        };
    }

    /// <summary>Reads what <see cref="WriteReplyTo"/> wrote; false when it makes no sense.</summary>
    public static bool TryReadReply(ReadOnlySpan<byte> message, out EntryAnswer answer)
    {
        var reader = new MessageReader(message);
        byte format = reader.Byte();
        var status = (EntryStatus)reader.Byte();
        ulong version = reader.UInt64();
        long expiresAtMs = reader.Int64();
        ReadOnlySpan<byte> value = reader.Bytes();
        bool makesSense = !reader.Failed && format == Format && status != EntryStatus.None && Enum.IsDefined(status);
        byte[]? kept = status == EntryStatus.Done ? value.ToArray() : null;
        answer = !makesSense ? default
            : new EntryAnswer(status, version, expiresAtMs, kept, ReadProvenance(reader))
            {
                WhyMissing = status is EntryStatus.Leased or EntryStatus.Held ? ReasonIn(value) : null,
            };
        return makesSense;
    }

    /// <summary>Takes the reply of the node that carried it out; false when it makes no sense.</summary>
    public bool TryTakeReply(ReadOnlySpan<byte> message) => TryReadReply(message, out _answer);

    /// <summary>Has nobody wait any more: the node has stopped, so it may never end.</summary>
    public void Abandon() =>
        _waiting!.TrySetResult(new EntryReply(Writes ? Outcome.Unknown : Outcome.NotDone));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) => _key;

    /// <inheritdoc/>
    public override Slot SlotAt(int index) => _slot;

    /// <inheritdoc/>
    public override void Execute(Instant now)
    {
        bool tellsCopies = false;
        _answer = Verb switch
        {
            EntryVerb.Get when (Flags & EntryFlags.Keeps) != 0 => KeptReads.Read(
                _node, Keeper, _key, now.UnixMs, out tellsCopies),
            EntryVerb.Get => EntrySteps.Get(
                _node.Store, _key, uses: (Flags & EntryFlags.Peeks) == 0, now.UnixMs, out tellsCopies),
            EntryVerb.Set => EntrySteps.Set(
                _node.Store, _key, new ReadOnlySequence<byte>(Value), Write, now.UnixMs, _node.Leases),
            EntryVerb.Delete => EntrySteps.Delete(_node.Store, _key, Write, now.UnixMs),
            EntryVerb.Add => EntrySteps.Add(_node.Store, _key, Counter, Write, now.UnixMs),
            EntryVerb.GetOrLease => LeaseCalls.Read(_node, this, _key, now.UnixMs, out tellsCopies),
            EntryVerb.Release => LeaseCalls.AnswerOf(_node.Leases.Release(_key, Token)),
            EntryVerb.Renew => LeaseCalls.AnswerOf(_node.Leases.Renew(_key, Token, Lease.Milliseconds)),
            _ when (Flags & EntryFlags.TellsCopies) != 0 => EntrySteps.TellCopies(_node.Store, _key, now.UnixMs),
            _ => EntrySteps.Touch(_node.Store, _key, now.UnixMs, out tellsCopies),
        };
        if (tellsCopies)
        {
            // As an operation of its own: nobody who reads waits for the copies.
            _node.Entries.TellCopies(_key);
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)RequestKind.Entry);
        writer.Byte(Format);
        writer.Byte((byte)Verb);
        bool hasBegun = !Write.Tags.IsEmpty && Write.Begun != 0;
        writer.Byte((byte)(Flags | (Write.Tags.IsEmpty ? EntryFlags.None : EntryFlags.HasTags)
            | (hasBegun ? EntryFlags.HasBegun : EntryFlags.None)));
        writer.Bytes(_key);
        if ((Flags & EntryFlags.Keeps) != 0)
        {
            writer.UInt128(Keeper.Value);
        }
        if (Writes)
        {
            writer.Byte((byte)Write.Condition);
            writer.UInt64(Write.Version);
        }
        if (Verb is EntryVerb.Set or EntryVerb.Add)
        {
            writer.Int64(Write.Lifetime.TtlMs);
            writer.Int64(Write.Lifetime.IdleMs);
            writer.Int64(Write.Lifetime.ExpiresAtMs);
            if (Verb == EntryVerb.Set)
            {
                writer.Bytes(Value.Span);
            }
            else
            {
                writer.Int64(Counter.Delta);
                writer.Int64(Counter.Initial);
            }
            if (!Write.Tags.IsEmpty)
            {
                writer.Bytes(Write.Tags.Span);
            }
            if (hasBegun)
            {
                writer.UInt64(Write.Begun);
            }
        }
        if (Verb == EntryVerb.GetOrLease)
        {
            writer.UInt128(Lease.Member.Value);
            writer.UInt64(Lease.Boot.Value);
            writer.UInt64(Lease.Caller);
            writer.UInt32((uint)Lease.Milliseconds);
        }
        if (Verb is EntryVerb.Release or EntryVerb.Renew)
        {
            writer.UInt64(Token.Value);
        }
        if (Verb == EntryVerb.Renew)
        {
            writer.UInt32((uint)Lease.Milliseconds);
        }
    }

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer)
    {
        writer.Byte(Format);
        writer.Byte((byte)_answer.Status);
        writer.UInt64(_answer.Version);
        writer.Int64(_answer.ExpiresAtMs);
        writer.Bytes(_answer.WhyMissing is { } why ? [(byte)why] : _answer.Value);
        if (_answer.Provenance is { } from)
        {
            writer.UInt128(from.Owner.Value);
            writer.UInt64(from.Generation);
            writer.Int64(from.LeftMs);
            writer.Bytes(from.Attributes);
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
            // This process reads its own writes, and what it was reading meanwhile may be older.
            _node.Ring?.Coherence?.Reader.Invalidate(_key);
        }
        EntryAnswer answer = _answer;
        if (outcome == Outcome.Done && wasRemote && !TryReadReply(reply, out answer))
        {
            outcome = Outcome.Unknown;
        }
        _waiting.TrySetResult(new EntryReply(outcome, outcome == Outcome.Done ? answer : default));
    }

    // A reason of a later version is none that is known here.
    private static MissReason? ReasonIn(ReadOnlySpan<byte> value) =>
        value.Length == 1 && Enum.IsDefined((MissReason)value[0]) ? (MissReason)value[0] : null;

    // What a later version says behind a reply to something else is no provenance that makes sense, and not used.
    private static Provenance? ReadProvenance(MessageReader reader)
    {
        var owner = new MemberId(reader.UInt128());
        ulong generation = reader.UInt64();
        long leftMs = reader.Int64();
        ReadOnlySpan<byte> attributes = reader.Bytes();
        return reader.Failed || leftMs < -1 ? null : new Provenance(owner, generation, leftMs, attributes.ToArray());
    }

    private static bool MakesSense(EntryVerb verb, EntryFlags flags, in EntryWrite write)
    {
        EntryFlags known = verb switch
        {
            EntryVerb.Get => EntryFlags.Peeks | EntryFlags.Keeps,
            EntryVerb.Touch => EntryFlags.TellsCopies,
            EntryVerb.GetOrLease => EntryFlags.Peeks | EntryFlags.WithoutValue | EntryFlags.Keeps,
            EntryVerb.Set => EntryFlags.HasTags | EntryFlags.HasBegun,
            EntryVerb.Add => EntryFlags.HasTags,
            _ => EntryFlags.None,
        };
        bool isConditionKnown = write.Condition switch
        {
            EntryCondition.None => true,
            EntryCondition.IfAbsent => verb == EntryVerb.Set,
            EntryCondition.IfVersion => verb != EntryVerb.Add,
            EntryCondition.IfLeased => verb == EntryVerb.Set,
            _ => false,
        };
        return verb is >= EntryVerb.Get and <= EntryVerb.Renew && (flags & ~known) == 0 && isConditionKnown
            && IsTime(write.Lifetime.TtlMs) && IsTime(write.Lifetime.IdleMs) && write.Lifetime.ExpiresAtMs >= 0
            && (flags & EntryFlags.HasTags) != 0 != write.Tags.IsEmpty
            && (flags & EntryFlags.HasBegun) != 0 == (write.Begun != 0) && (write.Begun == 0 || !write.Tags.IsEmpty)
            && new TagList(write.Tags.Span).IsSound;
    }

    private static bool IsWrite(EntryVerb verb) => verb is EntryVerb.Set or EntryVerb.Delete or EntryVerb.Add;

    private static bool IsTime(long milliseconds) => milliseconds is >= 0 and <= Lifetime.LongestMs;
}

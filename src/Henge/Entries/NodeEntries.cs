using System.Buffers;
using System.Diagnostics;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;
using Henge.Diagnostics.Meters;
using Henge.Entries.Counters;
using Henge.Entries.Kept;
using Henge.Entries.Many;
using Henge.Peers;
using Henge.Routing.Calls;

namespace Henge.Entries;

/// <summary>
/// The entries of the ring for those in this process: the caches of an application.
/// <code>
/// read:  this node serves the slot -> Store, on the calling thread; nothing is queued, awaited or allocated
///        else                      -> EntryOperation -> lane -> owner
/// write: alone                     -> Store, on the calling thread
///        in a ring                 -> EntryOperation -> lane -> owner -> replicas -> answer
/// </code>
/// Each Try… does the first and says false where only the second will do; the caller then makes the second call with
/// bytes of its own. A node that was stopped for a while serves nothing until it has asked its peers, as in lanes. A
/// node that meets others waits for the writes that were begun alone (<see cref="LoneWrites"/>). Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class NodeEntries(HengeNode node) : IDisposable
{
    private readonly CallGate _gate = new();
    private readonly CancellationTokenSource _stopped = new();
    private bool _isDisposed;

    /// <summary>What counts calls; null: nothing does.</summary>
    public CallMeters? Meters { get; set; }

    /// <summary>
    /// Whether this process has a first level: then changes are taken down from the start, while it is alone too. Set
    /// it before the start.
    /// </summary>
    public bool HasFirstLevel { get; set; }

    /// <summary>Longest value that this node takes.</summary>
    public int MaxValueBytes => node.Store.MaxValueBytes;

    /// <summary>The node's clock.</summary>
    public TimeProvider TimeProvider => node.TimeProvider;

    /// <summary>Reads a value here, if this node may; the array is all that is allocated.</summary>
    /// <exception cref="HengeException">The node has stopped.</exception>
    /// <exception cref="InvalidOperationException">It was not started yet.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, bool uses, out EntryAnswer answer) =>
        TryGet(key, uses ? EntryFlags.None : EntryFlags.Peeks, out answer);

    /// <summary>As the other, or for this process's first level.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, EntryFlags flags, out EntryAnswer answer)
    {
        Enter();
        try
        {
            answer = default;
            if (!ServesReads(key))
            {
                return false;
            }
            long started = Started();
            bool tellsCopies;
            answer = (flags & EntryFlags.Keeps) != 0
                ? KeptReads.Read(node, node.Ring!.Snapshot.Self.Id, key, node.NowMs, out tellsCopies)
                : EntrySteps.Get(
                    node.Store, key, uses: (flags & EntryFlags.Peeks) == 0, node.NowMs, out tellsCopies);
            EndHere(EntryVerb.Get, answer.Status, started, tellsCopies, key);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Reads a value into a buffer here, if this node may: straight from the store into its memory. The buffer is asked
    /// for memory while no entry is held.
    /// </summary>
    /// <exception cref="HengeException">The node has stopped.</exception>
    /// <exception cref="InvalidOperationException">It was not started yet.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, IBufferWriter<byte> destination, out EntryAnswer answer)
    {
        // Nobody waits for a caller's code to tear a node down: it may well be what tears it down.
        Span<byte> room = destination.GetSpan();
        long started = Started();
        while (TryCopy(key, room, out answer, out int length, out bool tellsCopies))
        {
            if (answer.Status != EntryStatus.None)
            {
                if (answer.Status == EntryStatus.Done)
                {
                    destination.Advance(length);
                }
                EndHere(EntryVerb.Get, answer.Status, started, tellsCopies, key);
                return true;
            }
            // Each time round the value is longer than the last, so this ends.
            room = destination.GetSpan(length);
        }
        return false;
    }

    /// <summary>Uses an entry here, if this node may; throws as <see cref="TrySet"/>.</summary>
    public bool TryTouch(ReadOnlySpan<byte> key, out EntryAnswer answer)
    {
        Enter();
        try
        {
            answer = default;
            if (!ServesReads(key))
            {
                return false;
            }
            long started = Started();
            answer = EntrySteps.Touch(node.Store, key, node.NowMs, out bool tellsCopies);
            EndHere(EntryVerb.Touch, answer.Status, started, tellsCopies, key);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Stores a value here, if this node is alone.</summary>
    /// <exception cref="HengeException">The node has stopped.</exception>
    /// <exception cref="InvalidOperationException">It was not started yet.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool TrySet(
        ReadOnlySpan<byte> key, in ReadOnlySequence<byte> value, in EntryWrite write, out EntryAnswer answer) =>
        TryWrite(EntryVerb.Set, key, value, default, write, out answer);

    /// <summary>Deletes an entry here, if this node is alone; throws as <see cref="TrySet"/>.</summary>
    public bool TryDelete(ReadOnlySpan<byte> key, in EntryWrite write, out EntryAnswer answer) =>
        TryWrite(EntryVerb.Delete, key, default, default, write, out answer);

    /// <summary>Adds to a counter here, if this node is alone; throws as <see cref="TrySet"/>.</summary>
    public bool TryAdd(
        ReadOnlySpan<byte> key, in CounterChange change, in EntryWrite write, out EntryAnswer answer) =>
        TryWrite(EntryVerb.Add, key, default, change, write, out answer);

    /// <summary>As these, by an operation, which then has its answer.</summary>
    public bool TryWrite(EntryOperation operation)
    {
        bool isDone = TryWrite(
            operation.Verb, operation.Key, new ReadOnlySequence<byte>(operation.Value), operation.Counter,
            operation.Write, out EntryAnswer answer);
        operation.Answer = answer;
        return isDone;
    }

    /// <summary>Has the owner read a value.</summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="uses">Whether it counts as a use.</param>
    /// <param name="cancellationToken">Ends the wait; the operation goes on to its own deadline.</param>
    /// <exception cref="HengeException">The owner could not be reached, or the node has stopped.</exception>
    public ValueTask<EntryAnswer> GetAsync(byte[] key, bool uses, CancellationToken cancellationToken) =>
        CallAsync(
            new EntryOperation(node, EntryVerb.Get, key, isAwaited: true)
            {
                Flags = uses ? EntryFlags.None : EntryFlags.Peeks,
            },
            cancellationToken);

    /// <summary>Has the owner use an entry; throws as <see cref="GetAsync"/>.</summary>
    public ValueTask<EntryAnswer> TouchAsync(byte[] key, CancellationToken cancellationToken) =>
        CallAsync(new EntryOperation(node, EntryVerb.Touch, key, isAwaited: true), cancellationToken);

    /// <summary>Has the owner store a value; ends when the copies have it.</summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="value">The value; kept, and sent when the wait was cancelled too.</param>
    /// <param name="write">Lifetime and condition.</param>
    /// <param name="cancellationToken">Ends the wait; the operation goes on to its own deadline.</param>
    /// <exception cref="HengeException">It was not carried out, or that is not known.</exception>
    public ValueTask<EntryAnswer> SetAsync(
        byte[] key, ReadOnlyMemory<byte> value, in EntryWrite write, CancellationToken cancellationToken) =>
        CallAsync(
            new EntryOperation(node, EntryVerb.Set, key, isAwaited: true) { Value = value, Write = write },
            cancellationToken);

    /// <summary>Has the owner delete an entry; ends when the copies know.</summary>
    /// <exception cref="HengeException">It was not carried out, or that is not known.</exception>
    public ValueTask<EntryAnswer> DeleteAsync(
        byte[] key, in EntryWrite write, CancellationToken cancellationToken) =>
        CallAsync(
            new EntryOperation(node, EntryVerb.Delete, key, isAwaited: true) { Write = write }, cancellationToken);

    /// <summary>Has the owner add to a counter; ends when the copies have the sum.</summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="change">What is done.</param>
    /// <param name="write">Lifetime and tags of a counter that is not there yet.</param>
    /// <param name="cancellationToken">Ends the wait; the operation goes on to its own deadline.</param>
    /// <exception cref="HengeException">It was not carried out, or that is not known.</exception>
    public ValueTask<EntryAnswer> AddAsync(
        byte[] key, in CounterChange change, in EntryWrite write, CancellationToken cancellationToken) =>
        CallAsync(
            new EntryOperation(node, EntryVerb.Add, key, isAwaited: true) { Counter = change, Write = write },
            cancellationToken);

    /// <summary>Has an operation carried through that is awaited.</summary>
    /// <exception cref="HengeException">It was not carried out, or that is not known.</exception>
    public async ValueTask<EntryAnswer> CallAsync(EntryOperation operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (node.Ring is not { } ring || _stopped.IsCancellationRequested)
        {
            ThrowNotRunning();
            return default;
        }
        long started = Started();
        using Activity? activity = CallActivities.Start(operation.Verb, operation.SlotAt(0), ring.Snapshot);
        EntryReply reply;
        using (_stopped.Token.UnsafeRegister(static waiting => ((EntryOperation)waiting!).Abandon(), operation))
        {
            RingCalls.Start(node, operation);
            reply = await operation.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        Meters?.Count(operation.Verb, reply, started);
        if (reply.Outcome == Outcome.Done)
        {
            return reply.Answer;
        }
        HengeException failed = HengeException.Of(
            _stopped.IsCancellationRequested ? HengeFailure.Stopped
            : reply.Outcome == Outcome.Unknown ? HengeFailure.Uncertain : HengeFailure.OwnerAway);
        activity?.SetStatus(ActivityStatusCode.Error, failed.Message);
        throw failed;
    }

    /// <summary>Has a batch carried through that is awaited; its parts then have their answers.</summary>
    /// <exception cref="HengeException">The node has stopped.</exception>
    public async ValueTask<Outcome> CallAsync(EntryBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfNotRunning();
        long started = Started();
        Outcome outcome;
        using (_stopped.Token.UnsafeRegister(static waiting => ((EntryBatch)waiting!).Abandon(), batch))
        {
            RingCalls.Start(node, batch);
            outcome = await batch.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        Meters?.Count(batch, outcome, started);
        return outcome == Outcome.Done || !_stopped.IsCancellationRequested
            ? outcome : throw HengeException.Of(HengeFailure.Stopped);
    }

    /// <summary>Tells the copies of an entry its expiry (<see cref="SlidingUse"/>); nobody waits for it.</summary>
    public void TellCopies(ReadOnlySpan<byte> key)
    {
        if (node.Ring is { Snapshot.IsAlone: false } && !_stopped.IsCancellationRequested)
        {
            RingCalls.Start(node, new EntryOperation(node, EntryVerb.Touch, key.ToArray(), isAwaited: false)
            {
                Flags = EntryFlags.TellsCopies,
            });
        }
    }

    /// <summary>The node has stopped: nothing that waits would ever end, and what is here grows old.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>Waits until nobody is in the store; then its memory may go.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        Stop();
        _gate.Shut();
    }

    private void Enter()
    {
        if (!_gate.TryEnter())
        {
            ObjectDisposedException.ThrowIf(true, node);
        }
        if (node.Ring is null || _stopped.IsCancellationRequested)
        {
            _gate.Exit();
            ThrowNotRunning();
        }
    }

    private bool TryWrite(
        EntryVerb verb, ReadOnlySpan<byte> key, in ReadOnlySequence<byte> value, in CounterChange change,
        in EntryWrite write, out EntryAnswer answer)
    {
        answer = default;
        if (!TryEnterAlone())
        {
            return false;
        }
        try
        {
            long started = Started();
            answer = verb switch
            {
                EntryVerb.Set => EntrySteps.Set(node.Store, key, value, write, node.NowMs, node.Leases),
                EntryVerb.Add => EntrySteps.Add(node.Store, key, change, write, node.NowMs),
                _ => EntrySteps.Delete(node.Store, key, write, node.NowMs),
            };
            EndHere(verb, answer.Status, started, tellsCopies: false, key);
            return true;
        }
        finally
        {
            ExitAlone(key);
        }
    }

    /// <summary>Lets a write in that is made right in the store, if this node is alone.</summary>
    private bool TryEnterAlone()
    {
        Enter();
        if (node.Ring!.TryBeginLoneWrite())
        {
            return true;
        }
        _gate.Exit();
        return false;
    }

    private void ExitAlone(ReadOnlySpan<byte> key)
    {
        // As EntryOperation does: what this process was reading meanwhile may be older.
        node.Ring!.Coherence?.Reader.Invalidate(key);
        node.Ring.EndLoneWrite();
        _gate.Exit();
    }

    /// <summary>Throws as <see cref="TrySet"/> does, for calls that go by other ways.</summary>
    public void ThrowIfNotRunning()
    {
        Enter();
        _gate.Exit();
    }

    private void ThrowNotRunning()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), node);
        if (_stopped.IsCancellationRequested)
        {
            throw HengeException.Of(HengeFailure.Stopped);
        }
        throw new InvalidOperationException(
            "The Henge node of this application has not been started; it starts with the host.");
    }

    private bool ServesReads(ReadOnlySpan<byte> key)
    {
        IRing ring = node.Ring!;
        ClusterSnapshot snapshot = ring.Snapshot;
        return snapshot.IsAlone
            || (snapshot.Access[Slot.Of(key).Number] == SlotAccess.Serve && !ring.IsPaused);
    }

    private bool TryCopy(
        ReadOnlySpan<byte> key, Span<byte> room, out EntryAnswer answer, out int length, out bool tellsCopies)
    {
        answer = default;
        length = 0;
        tellsCopies = false;
        Enter();
        try
        {
            if (!ServesReads(key))
            {
                return false;
            }
            answer = EntrySteps.Get(node.Store, key, room, node.NowMs, out length, out tellsCopies);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private long Started() => Meters is { TimesCalls: true } ? node.TimeProvider.GetTimestamp() : 0;

    private void EndHere(
        EntryVerb verb, EntryStatus status, long started, bool tellsCopies, ReadOnlySpan<byte> key)
    {
        if (tellsCopies)
        {
            TellCopies(key);
        }
        Meters?.CountHere(verb, status, started);
    }
}

using Henge.Cluster.Lanes.Flights;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>
/// Fetches keys of slots that are still loading, so that nobody is told "miss" because data is on its way. A key that
/// is not known to be fresh is asked for at all sources of its slot; each may hold what the others do not. There is one
/// fetch for a key, however many operations wait for it; questions of one turn to one source go in one message. A
/// source that cannot be reached, or says that it does not hold the slot, has not answered.
/// <code>
/// Fetch:      u64 message | u64 boot of the source | u32 count | { bytes key } ...
/// FetchReply: u64 message | u32 count | { u8 known state | bytes key, or record } ...
/// </code>
/// </summary>
internal sealed class FetchThrough(
    ClusterOptions options, Store store, ILaneHost host, LaneCounters counters, Neighbours neighbours,
    FlightTable flights, SlotLines lines)
{
    // Keys on their way at one time; operations on more wait.
    private const int MaxKeys = 10_000;

    private const int MessageBytes = 64 << 10;

    private const int NotLoadedPauseMs = 10;

    private readonly FetchTable _fetches = new();
    private readonly MessageWriter _message = new();
    private List<UnsentAsk> _unsent = [];
    private List<UnsentAsk> _later = [];
    private ulong _lastMessage;

    /// <summary>Whether any key is on its way.</summary>
    public bool IsBusy => _fetches.Count > 0;

    /// <summary>
    /// Whether all keys of an operation that is under way (it has a number) are known to be fresh. If not, they are
    /// being fetched from now on, and the operation is woken when they are here.
    /// </summary>
    public bool IsFresh(Operation operation, Instant now)
    {
        if ((!operation.ReadsKeys && !IsBehind(operation))
            || ((options.Bugs & PlantedBugs.LostDelete) != 0 && operation.Writes))
        {
            return true;
        }
        ref LaneNotes notes = ref operation.Notes;
        if (notes.PendingKeys > 0)
        {
            return false;
        }
        ulong loads = LoadsOf(operation);
        if (notes.FetchedUnder == loads)
        {
            return true;
        }
        notes.FetchedUnder = 0;
        if (_fetches.Count > MaxKeys)
        {
            return false;
        }
        for (int i = 0; i < operation.KeyCount; i++)
        {
            if (LoadOf(operation.SlotAt(i)) is { } load)
            {
                Want(operation, operation.KeyAt(i), operation.SlotAt(i), load, now);
            }
        }
        if (notes.PendingKeys == 0)
        {
            return true;
        }
        notes.FetchedUnder = loads;
        return false;
    }

    /// <summary>Looks at everything again after the neighbours went by a newer snapshot.</summary>
    public void Adopt()
    {
        for (int i = _fetches.Count - 1; i >= 0; i--)
        {
            KeyFetch fetch = _fetches[i];
            if (LoadOf(fetch.Slot) is not { } load || load.Since != fetch.Since)
            {
                End(fetch, isFresh: false);
                continue;
            }
            for (int ask = fetch.Asks.Length - 1; ask >= 0; ask--)
            {
                if (!Counts(fetch.Asks[ask].Source.Id, load))
                {
                    fetch.Drop(ask);
                }
            }
            AskSources(fetch, load);
            if (fetch.IsComplete)
            {
                End(fetch, isFresh: true);
            }
        }
    }

    /// <summary>Ends fetches for which nobody waits any more.</summary>
    public void Tick(Instant now)
    {
        for (int i = _fetches.Count - 1; i >= 0; i--)
        {
            if (_fetches[i].WantedUntilMs <= now.MonotonicMs)
            {
                End(_fetches[i], isFresh: false);
            }
        }
    }

    /// <summary>Sends what waits, as far as links take it.</summary>
    public void Flush(Instant now)
    {
        if (_unsent.Count == 0)
        {
            return;
        }
        (_unsent, _later) = (_later, _unsent);
        for (int i = 0; i < _later.Count; i++)
        {
            Peer source = _later[i].Source;
            if (_later[i].Fetch is not null)
            {
                Send(source, i, now);
            }
        }
        _later.Clear();
    }

    /// <summary>A link broke: what was asked on it is asked again on the next.</summary>
    public void LinkDown(Peer source)
    {
        for (int i = 0; i < _fetches.Count; i++)
        {
            KeyFetch fetch = _fetches[i];
            int at = fetch.IndexOf(source);
            if (at >= 0 && fetch.Asks[at] is { IsAnswered: false, MessageId: > 0 })
            {
                AskAgain(fetch, at, 0);
            }
        }
    }

    /// <summary>An answer came; false when it makes no sense.</summary>
    public bool ReceiveReply(Peer source, ref MessageReader reader, Instant now)
    {
        ulong message = reader.UInt64();
        uint count = reader.UInt32();
        for (uint i = 0; i < count; i++)
        {
            var state = (KnownState)reader.Byte();
            EntryRecord record = state == KnownState.Record ? RecordCodec.Read(ref reader) : default;
            ReadOnlySpan<byte> key = state == KnownState.Record ? record.Key : reader.Bytes();
            if (reader.Failed || state > KnownState.NotLoaded)
            {
                return false;
            }
            if (_fetches.Find(key, store.Hash(key)) is { } fetch && fetch.IndexOf(source) is >= 0 and var at
                && fetch.Asks[at] is { IsAnswered: false } ask && ask.MessageId == message)
            {
                Answered(fetch, at, state, record, now);
            }
        }
        return reader.IsDone;
    }

    private void Answered(KeyFetch fetch, int at, KnownState state, in EntryRecord record, Instant now)
    {
        if (state == KnownState.NotLoaded)
        {
            AskAgain(fetch, at, now.MonotonicMs + NotLoadedPauseMs);
            return;
        }
        // Without room it is as if it had been evicted on arrival.
        if (state == KnownState.Record
            && store.Merge(record, checksFloor: false, now.UnixMs) is MergeResult.OutOfMemory or MergeResult.TooLarge)
        {
            counters.NoRoom++;
        }
        fetch.Asks[at].IsAnswered = true;
        if (fetch.IsComplete)
        {
            End(fetch, isFresh: true);
        }
    }

    private void Want(Operation operation, ReadOnlySpan<byte> key, Slot slot, SlotLoad load, Instant now)
    {
        if (IsFresh(key, load, now))
        {
            return;
        }
        KeyHash hash = store.Hash(key);
        KeyFetch? fetch = _fetches.Find(key, hash);
        if (fetch is null)
        {
            fetch = _fetches.Rent();
            fetch.Begin(key, hash, slot, load);
            _fetches.Add(fetch);
            AskSources(fetch, load);
            if (fetch.IsComplete)
            {
                _fetches.Remove(fetch);
                return;
            }
            counters.Fetched++;
        }
        fetch.Waiters.Add(operation.Notes.Id);
        fetch.WantedUntilMs = Math.Max(fetch.WantedUntilMs, operation.DeadlineMs);
        operation.Notes.PendingKeys++;
    }

    private bool IsFresh(ReadOnlySpan<byte> key, SlotLoad load, Instant now)
    {
        var version = default(VersionReader);
        KeyState state = store.Inspect(key, now.UnixMs, ref version);
        return state != KeyState.Absent && (load.TrustsLocal || version.Version > load.Since);
    }

    private void AskSources(KeyFetch fetch, SlotLoad load)
    {
        for (int i = 0; i < load.Sources.Count; i++)
        {
            MemberId id = load.Sources[i];
            if (Counts(id, load) && neighbours.Of(id) is var source && fetch.IndexOf(source) < 0)
            {
                fetch.Ask(source);
                _unsent.Add(new UnsentAsk(fetch, fetch.Serial, source));
            }
        }
    }

    private bool Counts(MemberId id, SlotLoad load) => load.Sources.Contains(id)
        && id != neighbours.Snapshot.Self.Id && neighbours.StateOf(id) is MemberState.Alive or MemberState.Suspect;

    private void AskAgain(KeyFetch fetch, int at, long notBeforeMs)
    {
        ref SourceAsk ask = ref fetch.Asks[at];
        ask.MessageId = 0;
        ask.NotBeforeMs = notBeforeMs;
        _unsent.Add(new UnsentAsk(fetch, fetch.Serial, ask.Source));
    }

    // Sends all questions to one source that wait from a place of the list on; what cannot go waits for the next turn.
    private void Send(Peer source, int from, Instant now)
    {
        _message.Begin(MessageKind.Fetch);
        ulong id = ++_lastMessage;
        _message.UInt64(id);
        _message.UInt64(neighbours.Snapshot.Members.TryGetValue(source.Id, out Member? member) ? member.Boot.Value : 0);
        int at = _message.Reserve();
        uint count = 0;
        bool isUp = source.IsUp;
        for (int i = from; i < _later.Count && _message.Length < MessageBytes; i++)
        {
            UnsentAsk unsent = _later[i];
            if (unsent.Source != source || unsent.Fetch is null)
            {
                continue;
            }
            _later[i] = default;
            int ask = unsent.Fetch.Serial == unsent.Serial ? unsent.Fetch.IndexOf(source) : -1;
            if (ask < 0 || unsent.Fetch.Asks[ask] is not { IsAnswered: false, MessageId: 0 } state)
            {
                continue;
            }
            if (!isUp || state.NotBeforeMs > now.MonotonicMs)
            {
                _unsent.Add(unsent);
                continue;
            }
            unsent.Fetch.Asks[ask].MessageId = id;
            _message.Bytes(unsent.Fetch.Key);
            count++;
        }
        _message.Patch(at, count);
        if (count > 0 && !host.TrySend(source.Id, _message.Written))
        {
            TakeBack(source, id);
        }
    }

    private void TakeBack(Peer source, ulong message)
    {
        for (int i = 0; i < _fetches.Count; i++)
        {
            int at = _fetches[i].IndexOf(source);
            if (at >= 0 && _fetches[i].Asks[at].MessageId == message)
            {
                AskAgain(_fetches[i], at, 0);
            }
        }
    }

    private void End(KeyFetch fetch, bool isFresh)
    {
        foreach (ulong id in fetch.Waiters)
        {
            if (flights.Find(id) is not { } operation)
            {
                continue;
            }
            if (!isFresh)
            {
                operation.Notes.FetchedUnder = 0;
            }
            if (--operation.Notes.PendingKeys == 0)
            {
                lines.Wake(operation);
            }
        }
        _fetches.Remove(fetch);
    }

    private bool IsBehind(Operation operation)
    {
        for (int i = 0; i < operation.KeyCount; i++)
        {
            if (LoadOf(operation.SlotAt(i)) is { IsBehind: true })
            {
                return true;
            }
        }
        return false;
    }

    private SlotLoad? LoadOf(Slot slot)
    {
        ClusterSnapshot snapshot = neighbours.Snapshot;
        bool isLoading = !snapshot.IsAlone && snapshot.Access[slot.Number] == SlotAccess.Load;
        return isLoading ? snapshot.Loads[slot.Number] : null;
    }

    // A hash over the loads that an operation's keys are under; other sources or a later load make another.
    private ulong LoadsOf(Operation operation)
    {
        ulong hash = 1;
        for (int i = 0; i < operation.KeyCount; i++)
        {
            if (LoadOf(operation.SlotAt(i)) is { } load)
            {
                hash = (hash ^ load.Since) * 0x9E3779B97F4A7C15;
                for (int source = 0; source < load.Sources.Count; source++)
                {
                    hash = (hash ^ (ulong)load.Sources[source].Value) * 0x9E3779B97F4A7C15;
                }
            }
        }
        return hash | 1;
    }
}

using System.Runtime.CompilerServices;

using Henge.Cluster.Handoffs.Plans;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>
/// The receiving side of slot transfers. A plan says which slots are wanted from whom; pulls under way whose slots are
/// still wanted go on. Records are merged as they come; merging is idempotent, so a pull that broke begins anew from
/// the start. Chunks carry numbers: a gap means that a link broke unseen.
/// </summary>
internal sealed class Puller
{
    /// <summary>
    /// A pull begins anew when its source has sent nothing for so long; sources say once a second that they are at it.
    /// Chunks of any pull count, those called off too: on a slow link they are what this one's chunks wait behind, and
    /// who begins anew meanwhile lengthens that queue for ever.
    /// </summary>
    public const int SilenceMs = 5000;

    private const int AgainMs = 200;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly List<IncomingPull> _pulls = [];
    private readonly List<IncomingPull> _planned = [];
    private readonly MessageWriter _writer = new();
    private readonly MergeHints _hints;
    private uint _lastId;

    /// <summary>Creates a puller with nothing to pull.</summary>
    public Puller(ClusterOptions options, Store store, IClusterHost host)
    {
        (_options, _store, _host) = (options, store, host);
        _hints = new MergeHints(store);
    }

    /// <summary>The pulls under way or to come.</summary>
    public IReadOnlyList<IncomingPull> Pulls => _pulls;

    /// <summary>Whether a slot is still to come from anybody.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool IsPulling(int slot)
    {
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.Slots.Contains(slot))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Begins a plan: what is not wanted until <see cref="EndPlan"/> is not wanted any more.</summary>
    public void BeginPlan()
    {
        _pulls.RemoveAll(pull => !pull.IsSent);
        foreach (IncomingPull pull in _pulls)
        {
            pull.Wanted = new SlotSet();
            pull.Foreign = new SlotSet();
        }
    }

    /// <summary>Wants a slot from a source, from a moment on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Want(int slot, in Source source, long dueMs)
    {
        IncomingPull pull = FindUnderWay(slot, in source) ?? FindPlanned(in source, dueMs);
        pull.Wanted.Add(slot);
        if (source.IsForeign)
        {
            pull.Foreign.Add(slot);
        }
    }

    /// <summary>Ends a plan: asks for what is new, and calls off what is not wanted any more.</summary>
    public void EndPlan(Instant now)
    {
        foreach (IncomingPull pull in _pulls)
        {
            pull.Slots = pull.Wanted;
            if (pull.Slots.Count == 0)
            {
                CallOff(pull.Source, pull.Id);
            }
        }
        _pulls.RemoveAll(pull => pull.Slots.Count == 0);
        foreach (IncomingPull pull in _planned)
        {
            pull.Slots = pull.Wanted;
            _pulls.Add(pull);
        }
        _planned.Clear();
        Tick(now);
    }

    /// <summary>
    /// Asks for what is due, and again for what is silent; returns when there is something to do next.
    /// </summary>
    public long Tick(Instant now)
    {
        long next = long.MaxValue;
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.IsSent && now.MonotonicMs - pull.HeardMs >= SilenceMs)
            {
                Restart(pull, now.MonotonicMs);
            }
            if (!pull.IsSent && now.MonotonicMs >= pull.DueMs)
            {
                Ask(pull, now);
            }
            next = Math.Min(next, pull.IsSent ? pull.HeardMs + SilenceMs : pull.DueMs);
        }
        return next;
    }

    /// <summary>Links with a member are up: what waits for them is asked for at once.</summary>
    public void LinkUp(MemberId peer, Instant now)
    {
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.Source == peer && !pull.IsSent && pull.HeardMs != 0)
            {
                pull.DueMs = Math.Min(pull.DueMs, now.MonotonicMs);
            }
        }
        Tick(now);
    }

    /// <summary>A link with a member is down: what was under way on it begins anew.</summary>
    public void LinkDown(MemberId peer, LinkKind link, Instant now)
    {
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.Source == peer && pull.IsSent && (link == LinkKind.Bulk || pull.NextChunk == 0))
            {
                Restart(pull, now.MonotonicMs + AgainMs);
            }
        }
    }

    /// <summary>A chunk came. False when it makes no sense.</summary>
    public bool ReceiveChunk(
        MemberId from, uint id, uint number, byte progress, ref MessageReader reader, Instant now)
    {
        foreach (IncomingPull other in _pulls)
        {
            if (other.Source == from && other.IsSent)
            {
                other.HeardMs = now.MonotonicMs;
            }
        }
        if (Find(from, id) is not { } pull)
        {
            CallOff(from, id);
            return true;
        }
        if (number != pull.NextChunk)
        {
            Restart(pull, now.MonotonicMs);
            Tick(now);
            return true;
        }
        pull.NextChunk++;
        pull.Progress = progress;
        pull.Bytes += reader.Left;
        MessageReader ahead = reader;
        int hinted = 0;
        while (reader.Left > 0)
        {
            if (--hinted < 0)
            {
                hinted = _hints.Give(ref ahead) - 1;
            }
            EntryRecord record = RecordCodec.Read(ref reader);
            if (reader.Failed)
            {
                Restart(pull, now.MonotonicMs + SilenceMs);
                return false;
            }
            Take(pull, in record, now);
        }
        _writer.Begin(MessageKind.ChunkAck);
        _writer.UInt32(id);
        _writer.UInt32(number);
        _host.TrySend(from, LinkKind.Bulk, _writer.Written);
        return true;
    }

    /// <summary>
    /// The source says that a pull is complete, or that it has not what was asked for. Returns the pull, which is over,
    /// when it was one of this node's and nothing of it was lost.
    /// </summary>
    public IncomingPull? ReceiveDone(MemberId from, ref MessageReader reader, out bool isRefused, Instant now)
    {
        uint id = reader.UInt32();
        uint chunks = reader.UInt32();
        isRefused = reader.Byte() != 0;
        if (!reader.IsDone)
        {
            reader.Fail();
            return null;
        }
        if (Find(from, id) is not { } pull)
        {
            return null;
        }
        if (!isRefused && chunks != pull.NextChunk)
        {
            Restart(pull, now.MonotonicMs);
            Tick(now);
            return null;
        }
        _pulls.Remove(pull);
        return pull;
    }

    private void Take(IncomingPull pull, in EntryRecord record, Instant now)
    {
        int slot = Slot.Of(record.Key).Number;
        pull.Records++;
        if (!pull.Slots.Contains(slot))
        {
            return;
        }
        if ((_options.Bugs & PlantedBugs.RelativeExpiry) != 0 && record.ExpiresAtMs != 0)
        {
            EntryRecord late = record with { ExpiresAtMs = record.ExpiresAtMs + now.UnixMs };
            _store.Merge(in late, pull.Foreign.Contains(slot), now.UnixMs);
            return;
        }
        _store.Merge(in record, pull.Foreign.Contains(slot), now.UnixMs);
    }

    private IncomingPull? Find(MemberId from, uint id)
    {
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.Id == id && pull.Source == from && pull.IsSent)
            {
                return pull;
            }
        }
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private IncomingPull? FindUnderWay(int slot, in Source source)
    {
        foreach (IncomingPull pull in _pulls)
        {
            if (pull.Source == source.From && pull.Since <= source.Since && pull.Slots.Contains(slot))
            {
                return pull;
            }
        }
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private IncomingPull FindPlanned(in Source source, long dueMs)
    {
        foreach (IncomingPull pull in _planned)
        {
            if (pull.Source == source.From && pull.Since == source.Since && pull.DueMs == dueMs)
            {
                return pull;
            }
        }
        var planned = new IncomingPull
        {
            Id = ++_lastId,
            Source = source.From,
            Since = source.Since,
            DueMs = dueMs,
        };
        _planned.Add(planned);
        return planned;
    }

    private void Ask(IncomingPull pull, Instant now)
    {
        _writer.Begin(MessageKind.Pull);
        _writer.UInt32(pull.Id);
        _writer.UInt64(pull.Since);
        SlotSetCodec.Write(_writer, pull.Slots);
        pull.HeardMs = now.MonotonicMs;
        pull.IsSent = _host.TrySend(pull.Source, LinkKind.Control, _writer.Written);
        if (!pull.IsSent)
        {
            pull.DueMs = now.MonotonicMs + AgainMs;
        }
    }

    private void CallOff(MemberId source, uint id)
    {
        _writer.Begin(MessageKind.Pull);
        _writer.UInt32(id);
        _writer.UInt64(0);
        SlotSetCodec.Write(_writer, new SlotSet());
        _host.TrySend(source, LinkKind.Control, _writer.Written);
    }

    private void Restart(IncomingPull pull, long dueMs) => pull.Reset(++_lastId, dueMs);
}

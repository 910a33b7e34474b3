using Henge.Cluster.Lanes.Routes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// Sends operations to other nodes and takes what came of them. The receiver decides by its own view whether it is the
/// owner, so no view id is sent: a node that owns a slot in a later view than the sender's is right to carry it out,
/// and one that does not own it refuses. A write that was sent is not sent again unless the receiver said that it was
/// not carried out.
/// <code>
/// Forward:      u64 id | u8 flags | u8 hop, from 1 | u32 milliseconds left | u32 refusals seen | operation
/// ForwardReply: u64 id | u8 outcome or result | answer
/// </code>
/// </summary>
internal sealed class Forwards(
    ClusterOptions options, ILaneHost host, LaneCounters counters, Neighbours neighbours, FlightTable flights,
    SlotLines lines)
{
    /// <summary>Nodes that an operation may be sent to one after another.</summary>
    public const int MaxHops = 2;

    // The receiver gives up a little earlier, so that its "not done" arrives before the sender knows nothing.
    private const int MarginMs = 100;

    // How long a write stays with a member that is suspected, before it ends as unknown.
    private const int SuspectPatienceMs = 500;

    // Of a Forward, the kind included.
    private const int HeaderBytes = 1 + sizeof(ulong) + 2 + 2 * sizeof(uint);

    private readonly MessageWriter _message = new();
    private readonly List<Operation> _lost = [];

    /// <summary>
    /// Sends an operation that has a number; false when the link does not take it now. It must have left its lines.
    /// </summary>
    public bool TrySend(Operation operation, Route route, Instant now)
    {
        ref LaneNotes notes = ref operation.Notes;
        Peer peer = route.Peer!;
        flights.Renew(operation);
        notes.PendingKeys = 0; // Fetches know it by its old number.
        notes.FetchedUnder = 0;
        _message.Begin(MessageKind.Forward);
        _message.UInt64(notes.Id);
        _message.Byte((byte)FlagsOf(operation, route));
        _message.Byte((byte)(notes.IsServed ? MaxHops : 1));
        _message.UInt32(TimeLeft(operation, now));
        _message.UInt32(peer.RefusalsSeen);
        operation.WriteTo(_message);
        if (!host.TrySend(peer.Id, _message.Written))
        {
            return false;
        }
        counters.Forwarded++;
        notes.SentUnder = neighbours.Snapshot.Number;
        return true;
    }

    /// <summary>
    /// What seems to be the operation in a message, for hints; empty for other messages. Checks nothing.
    /// </summary>
    public static ReadOnlySpan<byte> GlanceAtRequest(ReadOnlySpan<byte> message) =>
        message.Length > HeaderBytes && message[0] == (byte)MessageKind.Forward ? message[HeaderBytes..] : default;

    /// <summary>Counts an operation as sent.</summary>
    public void Depart(Operation operation, Peer peer)
    {
        operation.Notes.Stage = Stage.Sent;
        operation.Notes.Peer = peer;
        peer.InFlight++;
        if (operation.Target is null)
        {
            lines.Depart(operation, peer);
        }
    }

    /// <summary>Counts an operation as not sent any more.</summary>
    public void Arrive(Operation operation)
    {
        operation.Notes.Peer!.InFlight--;
        operation.Notes.Peer = null;
        operation.Notes.Stage = Stage.None;
        if (operation.Target is null)
        {
            lines.Arrive(operation);
        }
    }

    /// <summary>An answer came; false when it makes no sense.</summary>
    public bool Receive(Carrier carrier, Peer from, ref MessageReader reader)
    {
        ulong id = reader.UInt64();
        byte result = reader.Byte();
        bool isRefusal = result is (byte)ForwardResult.NotOwner or (byte)ForwardResult.Behind;
        if (reader.Failed || (!isRefusal && result > (byte)Outcome.Split))
        {
            return false;
        }
        Operation? operation = flights.Find(id);
        if (operation?.Notes.Peer != from)
        {
            operation = null; // An answer to what is no longer asked, or not of this peer.
        }
        if (!isRefusal)
        {
            if (operation is not null)
            {
                carrier.Finish(operation, (Outcome)result, wasRemote: true, reader.Rest);
            }
            return true;
        }
        from.RefusalsSeen += result == (byte)ForwardResult.NotOwner ? 1u : 0;
        if (operation is not null)
        {
            counters.Retried++;
            bool isNewer = operation.Notes.SentUnder != neighbours.Snapshot.Number;
            carrier.TakeBack(operation, lookAgain: isNewer || result == (byte)ForwardResult.Behind);
        }
        return true;
    }

    /// <summary>
    /// A link broke, or its member is gone: reads begin anew; writes end as unknown, since nobody can say.
    /// </summary>
    public void Lose(Carrier carrier, Peer peer)
    {
        flights.CollectSent(peer, _lost);
        // First the reads go back to their places, so that what the callbacks start does not overtake them.
        foreach (Operation operation in _lost)
        {
            if (MayRepeat(operation))
            {
                counters.Retried++;
                carrier.TakeBack(operation, lookAgain: true);
            }
        }
        foreach (Operation operation in _lost)
        {
            if (operation.Notes.Peer == peer && !MayRepeat(operation))
            {
                carrier.Finish(operation, Outcome.Unknown, wasRemote: true, []);
            }
        }
        _lost.Clear();
    }

    /// <summary>
    /// Looks after what was sent to members that do not answer in the newest snapshot: reads begin anew at the next in
    /// ring order at once, writes have a moment more for an answer to arrive.
    /// </summary>
    public void Adopt(Carrier carrier, Instant now)
    {
        for (int i = 0; i < neighbours.All.Count; i++)
        {
            Peer peer = neighbours.All[i];
            if (peer.InFlight == 0)
            {
                continue;
            }
            switch (neighbours.StateOf(peer.Id))
            {
                case MemberState.Alive:
                    break;
                case MemberState.Suspect:
                    Doubt(carrier, peer, now);
                    break;
                default:
                    Lose(carrier, peer);
                    break;
            }
        }
    }

    private void Doubt(Carrier carrier, Peer peer, Instant now)
    {
        flights.CollectSent(peer, _lost);
        foreach (Operation operation in _lost)
        {
            if (operation.Target is null && MayRepeat(operation))
            {
                counters.Retried++;
                carrier.TakeBack(operation, lookAgain: true);
            }
            else
            {
                flights.Hasten(operation, now.MonotonicMs + SuspectPatienceMs);
            }
        }
        _lost.Clear();
    }

    private bool MayRepeat(Operation operation) =>
        !operation.Writes || (options.Bugs & PlantedBugs.RepeatsWrites) != 0;

    private static ForwardFlags FlagsOf(Operation operation, Route route) =>
        operation.Target is not null ? ForwardFlags.Member : route.IsRelay ? ForwardFlags.Relay : ForwardFlags.None;

    private static uint TimeLeft(Operation operation, Instant now)
    {
        long left = operation.DeadlineMs - now.MonotonicMs;
        return (uint)Math.Clamp(left > 4 * MarginMs ? left - MarginMs : left, 1, int.MaxValue);
    }
}

using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// What other nodes ask this lane to do. Order survives a refusal by one rule: once an operation of a link was refused,
/// all that its sender sent before it knew are sent back too; each forward says how many refusals its sender has seen.
/// So what was under way cannot overtake what was refused. Those sent back for this alone do not count as refusals:
/// counting them, two that are sent again at once would send each other back for ever.
/// </summary>
internal sealed class Answers(ILaneHost host, LaneCounters counters, Neighbours neighbours)
{
    private readonly Dictionary<long, uint> _refusals = [];
    private readonly MessageWriter _answer = new();
    private ClusterSnapshot? _seen;
    private MemberId? _known;

    /// <summary>An operation came; false when it makes no sense.</summary>
    public bool Receive(Carrier carrier, MemberId from, long link, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        var flags = (ForwardFlags)reader.Byte();
        byte hop = reader.Byte();
        uint left = reader.UInt32();
        uint refusalsSeen = reader.UInt32();
        bool mayRelay = (flags & ForwardFlags.Relay) != 0;
        if (reader.Failed || hop is 0 or > Forwards.MaxHops || (mayRelay && hop == Forwards.MaxHops))
        {
            return false;
        }
        if (_refusals.Count > 0 && refusalsSeen < _refusals.GetValueOrDefault(link))
        {
            Refuse(link, id, ForwardResult.Behind);
            return true;
        }
        if (!HasHeardOf(from))
        {
            Refuse(link, id, ForwardResult.NotOwner);
            return true;
        }
        if ((flags & ForwardFlags.Member) == 0 && TryAnswer(link, id, reader.Rest, now))
        {
            return true;
        }
        if (host.Accept(from, reader.Rest) is not { } operation)
        {
            // Perhaps a newer node asks for what this one cannot do.
            Begin(id, (byte)Outcome.NotDone);
            host.TryReply(link, _answer.Written);
            return true;
        }
        operation.Notes.Reset();
        operation.Notes.IsServed = true;
        operation.Notes.IsForThisNode = (flags & ForwardFlags.Member) != 0;
        operation.Notes.MayRelay = mayRelay;
        operation.Notes.Link = link;
        operation.Notes.RequestId = id;
        operation.DeadlineMs = now.MonotonicMs + Math.Min(left, int.MaxValue);
        carrier.Start(operation, now);
        return true;
    }

    /// <summary>Answers for an operation that has ended.</summary>
    public void Answer(Operation operation, Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        Begin(operation.Notes.RequestId, (byte)outcome);
        if (wasRemote)
        {
            _answer.Raw(reply);
        }
        else if (outcome == Outcome.Done)
        {
            counters.Served++;
            operation.WriteReplyTo(_answer);
        }
        host.TryReply(operation.Notes.Link, _answer.Written);
    }

    /// <summary>Refuses an operation of which this node is not the owner.</summary>
    public void Refuse(Operation operation) =>
        Refuse(operation.Notes.Link, operation.Notes.RequestId, ForwardResult.NotOwner);

    /// <summary>A link is gone, and with it its count.</summary>
    public void RequesterGone(long link) => _refusals.Remove(link);

    // Who goes by a view with this node and is not heard of here yet: by its own view this node would answer for slots
    // of which it does not know what the ring of the other has. It hears of it within a round trip. Who has left is
    // heard of: it forwards what its clients still ask.
    private bool HasHeardOf(MemberId from)
    {
        if (ReferenceEquals(neighbours.Snapshot, _seen) && from == _known)
        {
            return true;
        }
        bool hasRecord = neighbours.Snapshot.Members.ContainsKey(from);
        (_seen, _known) = (neighbours.Snapshot, hasRecord ? from : null);
        return hasRecord;
    }

    private void Refuse(long link, ulong id, ForwardResult why)
    {
        Begin(id, (byte)why);
        if (host.TryReply(link, _answer.Written) && why == ForwardResult.NotOwner)
        {
            _refusals[link] = _refusals.GetValueOrDefault(link) + 1;
        }
    }

    // Most of what comes are reads of a key that is here: they need no operation to carry them.
    private bool TryAnswer(long link, ulong id, ReadOnlySpan<byte> request, Instant now)
    {
        Begin(id, (byte)Outcome.Done);
        if (!host.TryAnswer(request, _answer, now))
        {
            return false;
        }
        counters.Served++;
        host.TryReply(link, _answer.Written);
        return true;
    }

    private void Begin(ulong id, byte result)
    {
        _answer.Begin(MessageKind.ForwardReply);
        _answer.UInt64(id);
        _answer.Byte(result);
    }
}

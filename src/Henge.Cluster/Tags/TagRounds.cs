using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Tags;

/// <summary>
/// Invalidations, at the coordinator and at the others:
/// <code>
/// coordinator                every member that is not dead
///   TagClock          ->       the highest version that was given or met there
///   version = highest + 1
///   TagSet (tags)     ->       clock goes on, table raised; from here on it is stale here
///   done              &lt;-       TagSetAck
/// </code>
/// Whoever is suspected may well serve, so it counts until it is dead; who appears meanwhile is asked as well. Without
/// an answer of everybody by the deadline the invalidation has failed: some may have it, and then all will have.
/// </summary>
internal sealed class TagRounds(
    ClusterOptions options, Store store, TagTable table, TagExchange exchange, Membership membership,
    IClusterHost host)
{
    /// <summary>Invalidations that may be under way from one node; more are refused.</summary>
    public const int MostRounds = 10_000;

    private readonly List<TagRound> _rounds = [];
    private readonly List<MemberId> _required = [];
    private readonly MessageWriter _writer = new();
    private ulong _lastId = membership.Self.Boot.Value;

    private ulong Highest(Instant now) => table.Highest(now.UnixMs);

    /// <summary>Begins an invalidation of a list of tags, and of sets of them.</summary>
    public void Begin(byte[] tags, Action<bool> done, Instant now)
    {
        if (_rounds.Count >= MostRounds)
        {
            done(false);
            return;
        }
        var round = new TagRound(++_lastId, tags, done, now.MonotonicMs + options.OperationTimeoutMs)
        {
            Highest = Highest(now),
        };
        _rounds.Add(round);
        Require();
        if (Follow(round, now))
        {
            _rounds.Remove(round);
        }
    }

    /// <summary>Looks whether a round is done by the members as they are now, or too late.</summary>
    public void Tick(Instant now)
    {
        if (_rounds.Count > 0)
        {
            Require();
            _rounds.RemoveAll(round => Follow(round, now));
        }
    }

    /// <summary>A control link with a member came or went: what was under way on it may be lost.</summary>
    public void LinkChanged(MemberId member)
    {
        foreach (TagRound round in _rounds)
        {
            round.Sent.Remove(member);
        }
    }

    /// <summary>A member asks for this node's clock.</summary>
    public bool ReceiveClock(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        if (!reader.IsDone)
        {
            return false;
        }
        _writer.Begin(MessageKind.TagClockReply);
        _writer.UInt64(id);
        _writer.UInt64(Highest(now));
        host.TrySend(from, LinkKind.Control, _writer.Written);
        return true;
    }

    /// <summary>A member has said how far its clock is.</summary>
    public bool ReceiveClockReply(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        ulong highest = reader.UInt64();
        if (reader.IsDone && _rounds.Find(round => round.Id == id && round.Version == 0) is { } found)
        {
            found.Highest = Math.Max(found.Highest, highest);
            Answered(found, from, now);
        }
        return reader.IsDone;
    }

    /// <summary>A member invalidates tags.</summary>
    public bool ReceiveSet(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        ulong version = reader.UInt64();
        ReadOnlySpan<byte> tags = reader.Bytes();
        if (!reader.IsDone || !new TagList(tags).IsSoundToInvalidate)
        {
            return false;
        }
        Apply(tags, version, now);
        _writer.Begin(MessageKind.TagSetAck);
        _writer.UInt64(id);
        host.TrySend(from, LinkKind.Control, _writer.Written);
        return true;
    }

    /// <summary>A member has taken an invalidation.</summary>
    public bool ReceiveSetAck(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        if (reader.IsDone && _rounds.Find(round => round.Id == id && round.Version != 0) is { } found)
        {
            Answered(found, from, now);
        }
        return reader.IsDone;
    }

    private void Answered(TagRound round, MemberId from, Instant now)
    {
        round.Answered.Add(from);
        Require();
        if (Follow(round, now))
        {
            _rounds.Remove(round);
        }
    }

    private void Require()
    {
        _required.Clear();
        foreach (Member member in membership.Members.Values)
        {
            if (member.State is MemberState.Alive or MemberState.Suspect && member.Id != membership.Self.Id)
            {
                _required.Add(member.Id);
            }
        }
    }

    // True when it is over.
    private bool Follow(TagRound round, Instant now)
    {
        if (round.Version == 0 && HaveAllAnswered(round))
        {
            round.Version = round.Highest == ulong.MaxValue ? round.Highest : round.Highest + 1;
            round.Sent.Clear();
            round.Answered.Clear();
            Apply(round.Tags, round.Version, now);
        }
        if (round.Version != 0 && HaveAllAnswered(round))
        {
            round.Done(true);
            return true;
        }
        if (now.MonotonicMs >= round.DeadlineMs)
        {
            if (round.Version != 0)
            {
                // Some have it: then all shall have it.
                exchange.TellAll();
            }
            round.Done(false);
            return true;
        }
        Send(round);
        return false;
    }

    // Who does not know yet whether there is a ring knows nobody to ask.
    private bool HaveAllAnswered(TagRound round) =>
        membership.KnowsOfRingOrGivesUp && _required.TrueForAll(round.Answered.Contains);

    private void Send(TagRound round)
    {
        foreach (MemberId member in _required)
        {
            if (round.Answered.Contains(member) || round.Sent.Contains(member))
            {
                continue;
            }
            _writer.Begin(round.Version == 0 ? MessageKind.TagClock : MessageKind.TagSet);
            _writer.UInt64(round.Id);
            if (round.Version != 0)
            {
                _writer.UInt64(round.Version);
                _writer.Bytes(round.Tags);
            }
            if (host.TrySend(member, LinkKind.Control, _writer.Written))
            {
                round.Sent.Add(member);
            }
        }
    }

    // The clock first: what is written once the table says so has a later version. A version far ahead moves no clock,
    // but writes of these tags get later ones all the same (IStaleness.StaleUpTo).
    private void Apply(ReadOnlySpan<byte> tags, ulong version, Instant now)
    {
        store.AdvanceClock(version, now.UnixMs);
        foreach (ReadOnlySpan<byte> tag in new TagList(tags))
        {
            table.Raise(tag, version);
        }
    }
}

using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Tags;

/// <summary>
/// Makes all tables alike. Two members tell each other the digests of theirs when they are linked, and now and then;
/// each answers with its own, and who sees a difference takes the other's over, oldest first, in pieces that fit a
/// control link. What is raised meanwhile goes to the end, so nothing is passed over. What was learnt so is news: the
/// digest goes to everybody.
/// <para>
/// Who comes from elsewhere, not as a fresh process that is still joining, may know of invalidations that this node has
/// not heard of: until its table is here nothing is served (<see cref="IsBehind"/>), and no data is taken over
/// (<see cref="HasMet"/>). One that cannot be reached is waited for no longer than <see cref="PatienceMs"/>.
/// </para>
/// </summary>
internal sealed class TagExchange(
    ClusterOptions options, TagTable table, Membership membership, IClusterHost host, Chance chance)
{
    /// <summary>How long nothing is served for want of one member's table.</summary>
    public const int PatienceMs = 1000;

    private const int AskAgainMs = 1000;
    private const int PartBytes = 32 << 10;

    private readonly Dictionary<MemberId, TagPartner> _partners = [];
    private readonly MessageWriter _writer = new();
    private long _nextMs = long.MinValue;
    private int _awaited;

    /// <summary>Counts up whenever a member's table has come.</summary>
    public long Meetings { get; private set; }

    /// <summary>Whether nothing may be served yet, since members have appeared whose tables are not here.</summary>
    public bool IsBehind => _awaited > 0;

    /// <summary>Whether all that a member knew when its link came is known here.</summary>
    public bool HasMet(MemberId member) => _partners.TryGetValue(member, out TagPartner? found) && found.IsMet;

    /// <summary>A control link with a member is up, perhaps in place of another.</summary>
    public void LinkUp(MemberId member)
    {
        TagPartner partner = Of(member);
        partner.IsLinked = true;
        // What was under way on a link that this one replaces may be lost.
        partner.IsPulling = false;
        Tell(partner, isReply: false);
    }

    /// <summary>The last control link with a member is down.</summary>
    public void LinkDown(MemberId member)
    {
        TagPartner partner = Of(member);
        (partner.IsLinked, partner.IsMet, partner.IsPulling, partner.IsOwedDigest) = (false, false, false, false);
    }

    /// <summary>Members have changed; call it before a view of them is in force.</summary>
    public void MembersChanged(Instant now)
    {
        foreach (Member member in membership.Members.Values)
        {
            if (member.Id == membership.Self.Id)
            {
                continue;
            }
            bool isLiving = member.State is MemberState.Alive or MemberState.Suspect;
            TagPartner partner = Of(member.Id);
            if (!isLiving)
            {
                partner.AwaitedUntilMs = 0;
            }
            else if ((!partner.IsLiving || partner.Boot != member.Boot) && !partner.IsMet
                && member.Phase != MemberPhase.Joining)
            {
                partner.AwaitedUntilMs = now.MonotonicMs + PatienceMs;
            }
            (partner.IsLiving, partner.Boot) = (isLiving, member.Boot);
        }
        foreach (MemberId gone in _partners.Keys.Where(id => !membership.Members.ContainsKey(id)).ToArray())
        {
            _partners.Remove(gone);
        }
        CountAwaited(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now)
    {
        foreach (TagPartner partner in _partners.Values)
        {
            bool isDue = now.MonotonicMs - partner.AskedMs >= AskAgainMs;
            if (partner.IsOwedDigest || (isDue && partner is { IsLinked: true, IsMet: false, IsPulling: false }))
            {
                partner.AskedMs = now.MonotonicMs;
                Tell(partner, isReply: false);
            }
            if (isDue && partner.IsPulling)
            {
                Ask(partner, now);
            }
        }
        if (_awaited > 0)
        {
            CountAwaited(now);
        }
        if (now.MonotonicMs >= _nextMs)
        {
            int jitter = options.PushPullIntervalMs / 4;
            _nextMs = now.MonotonicMs + options.PushPullIntervalMs - jitter + chance.Below((2 * jitter) + 1);
            List<TagPartner> linked = [.. _partners.Values.Where(p => p.IsLinked).OrderBy(p => p.Id)];
            if (linked.Count > 0)
            {
                Tell(linked[chance.Below(linked.Count)], isReply: false);
            }
        }
    }

    /// <summary>A member has told the digest of its table.</summary>
    public bool ReceiveDigest(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong digest = reader.UInt64();
        bool isReply = reader.Byte() != 0;
        if (!reader.IsDone)
        {
            return false;
        }
        TagPartner partner = Of(from);
        if (digest == table.Digest || digest == 0 || (options.Bugs & PlantedBugs.ForgetsTags) != 0)
        {
            Met(partner, now);
        }
        else if (!partner.IsPulling)
        {
            (partner.IsPulling, partner.Pulled) = (true, new TagVersion(0, []));
            Ask(partner, now);
        }
        if (!isReply)
        {
            Tell(partner, isReply: true);
        }
        return true;
    }

    /// <summary>A member takes the table over: it gets the next piece.</summary>
    public bool ReceiveWanted(MemberId from, ref MessageReader reader)
    {
        ulong version = reader.UInt64();
        ReadOnlySpan<byte> tag = reader.Bytes();
        if (!reader.IsDone || tag.Length > TagSet.MaxBytes)
        {
            return false;
        }
        _writer.Begin(MessageKind.TagPart);
        _writer.UInt64(table.Floor);
        int lastAt = _writer.Length;
        _writer.Byte(1);
        foreach (TagVersion next in table.After(new TagVersion(version, tag.ToArray())))
        {
            if (_writer.Length >= PartBytes)
            {
                _writer.PatchByte(lastAt, 0);
                break;
            }
            _writer.UInt64(next.Version);
            _writer.Bytes(next.Tag);
        }
        host.TrySend(from, LinkKind.Control, _writer.Written);
        return true;
    }

    /// <summary>A piece of a member's table has come.</summary>
    public bool ReceivePart(MemberId from, ref MessageReader reader, Instant now)
    {
        TagPartner partner = Of(from);
        ulong floor = reader.UInt64();
        bool isLast = reader.Byte() != 0;
        if (reader.Failed || !partner.IsPulling)
        {
            return !reader.Failed;
        }
        long before = table.Epoch;
        table.RaiseFloor(floor);
        while (reader.Left > 0)
        {
            ulong version = reader.UInt64();
            ReadOnlySpan<byte> tag = reader.Bytes();
            if (reader.Failed || tag.Length > TagSet.MaxBytes)
            {
                return false;
            }
            table.Raise(tag, version);
            partner.Pulled = new TagVersion(version, tag.ToArray());
        }
        partner.HasLearnt |= table.Epoch != before;
        if (!isLast)
        {
            Ask(partner, now);
            return true;
        }
        partner.IsPulling = false;
        Met(partner, now);
        if (partner.HasLearnt)
        {
            partner.HasLearnt = false;
            TellAll();
        }
        return true;
    }

    /// <summary>Tells everybody the digest: something is known here that others may not know.</summary>
    public void TellAll()
    {
        foreach (TagPartner other in _partners.Values.Where(p => p.IsLinked).OrderBy(p => p.Id))
        {
            Tell(other, isReply: false);
        }
    }

    private TagPartner Of(MemberId member)
    {
        if (!_partners.TryGetValue(member, out TagPartner? found))
        {
            _partners.Add(member, found = new TagPartner(member));
        }
        return found;
    }

    private void Met(TagPartner partner, Instant now)
    {
        partner.IsMet = true;
        partner.AwaitedUntilMs = 0;
        Meetings++;
        CountAwaited(now);
    }

    private void CountAwaited(Instant now)
    {
        _awaited = 0;
        foreach (TagPartner partner in _partners.Values)
        {
            _awaited += partner.AwaitedUntilMs > now.MonotonicMs ? 1 : 0;
        }
    }

    private void Tell(TagPartner partner, bool isReply)
    {
        _writer.Begin(MessageKind.TagDigest);
        _writer.UInt64(table.Digest);
        _writer.Byte(isReply ? (byte)1 : (byte)0);
        partner.IsOwedDigest = !host.TrySend(partner.Id, LinkKind.Control, _writer.Written) && partner.IsLinked;
    }

    private void Ask(TagPartner partner, Instant now)
    {
        partner.AskedMs = now.MonotonicMs;
        _writer.Begin(MessageKind.TagsWanted);
        _writer.UInt64(partner.Pulled.Version);
        _writer.Bytes(partner.Pulled.Tag);
        host.TrySend(partner.Id, LinkKind.Control, _writer.Written);
    }
}

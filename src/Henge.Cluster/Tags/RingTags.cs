using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Tags;

/// <summary>
/// Invalidation by tag in the whole ring: the table that every node has, the rounds that raise it everywhere, and the
/// exchange that repairs it (docs/tags.md). On the core's thread, but for <see cref="Table"/>.
/// </summary>
internal sealed class RingTags
{
    private readonly Membership _membership;
    private readonly TagRounds _rounds;
    private long _members = -1;

    /// <summary>Creates the tags of a node; the store asks the table from now on.</summary>
    public RingTags(ClusterOptions options, Store store, Membership membership, IClusterHost host, ulong seed)
    {
        _membership = membership;
        Table = new TagTable(store, options.MaxTags);
        store.Staleness = Table;
        Exchange = new TagExchange(options, Table, membership, host, new Chance(seed));
        _rounds = new TagRounds(options, store, Table, Exchange, membership, host);
    }

    /// <summary>What is stale; any thread may ask.</summary>
    public TagTable Table { get; }

    /// <summary>Makes the tables of all members alike.</summary>
    public TagExchange Exchange { get; }

    /// <summary>
    /// Makes entries of some tags that were written before stale in the whole ring.
    /// </summary>
    /// <param name="tags">A <see cref="TagList"/>; not changed any more.</param>
    /// <param name="done">Is called on the core's thread: whether every member that is not dead has it.</param>
    /// <param name="now">Now.</param>
    public void Invalidate(byte[] tags, Action<bool> done, Instant now) => _rounds.Begin(tags, done, now);

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now)
    {
        _rounds.Tick(now);
        Exchange.Tick(now);
    }

    /// <summary>Goes by the members as they are now.</summary>
    public void Follow(Instant now)
    {
        if (_membership.Version != _members)
        {
            _members = _membership.Version;
            Exchange.MembersChanged(now);
            _rounds.Tick(now);
        }
    }

    /// <summary>A control link with a member is up.</summary>
    public void LinkUp(MemberId member)
    {
        _rounds.LinkChanged(member);
        Exchange.LinkUp(member);
    }

    /// <summary>The last control link with a member is down.</summary>
    public void LinkDown(MemberId member)
    {
        _rounds.LinkChanged(member);
        Exchange.LinkDown(member);
    }

    /// <summary>A message of these kinds came; false when it makes no sense.</summary>
    public bool Receive(MemberId from, MessageKind kind, ref MessageReader reader, Instant now) => kind switch
    {
        MessageKind.TagClock => _rounds.ReceiveClock(from, ref reader, now),
        MessageKind.TagClockReply => _rounds.ReceiveClockReply(from, ref reader, now),
        MessageKind.TagSet => _rounds.ReceiveSet(from, ref reader, now),
        MessageKind.TagSetAck => _rounds.ReceiveSetAck(from, ref reader, now),
        MessageKind.TagDigest => Exchange.ReceiveDigest(from, ref reader, now),
        MessageKind.TagsWanted => Exchange.ReceiveWanted(from, ref reader),
        MessageKind.TagPart => Exchange.ReceivePart(from, ref reader, now),
        _ => false,
    };
}

namespace Henge.Cluster.Messages;

/// <summary>
/// First byte of every message between nodes. Append only: the numbers are sent. A kind that a receiver does not know
/// is passed over, so that a newer node may say more.
/// </summary>
internal enum MessageKind : byte
{
    /// <summary>No message.</summary>
    None = 0,

    // Membership, on control links.

    /// <summary>Are you there?</summary>
    Probe = 1,

    /// <summary>I am.</summary>
    Ack = 2,

    /// <summary>Ask that member for me.</summary>
    IndirectProbe = 3,

    /// <summary>It answered me.</summary>
    IndirectAck = 4,

    /// <summary>It has not answered me yet, but I am here (Lifeguard).</summary>
    Nack = 5,

    /// <summary>Member records that changed.</summary>
    Gossip = 6,

    /// <summary>All member records; send me yours.</summary>
    PushPull = 7,

    /// <summary>All member records.</summary>
    PushPullReply = 8,

    // Handoff and repair, on control links.

    /// <summary>What I hold of the slots that you are to hold.</summary>
    Holdings = 16,

    /// <summary>Slots whose pulls are done here.</summary>
    Settled = 17,

    /// <summary>Send me these slots.</summary>
    Pull = 18,

    /// <summary>Digests of slots.</summary>
    Digests = 19,

    /// <summary>Which of them differ.</summary>
    Differences = 20,

    // Tags, on control links.

    /// <summary>How far is your clock?</summary>
    TagClock = 21,

    /// <summary>That far.</summary>
    TagClockReply = 22,

    /// <summary>Entries of these tags are stale up to a version.</summary>
    TagSet = 23,

    /// <summary>They are, here.</summary>
    TagSetAck = 24,

    /// <summary>Digest of the table of tags.</summary>
    TagDigest = 25,

    /// <summary>Send me a piece of your table.</summary>
    TagsWanted = 26,

    /// <summary>A piece of the table.</summary>
    TagPart = 27,

    // Node, on control links.

    /// <summary>Channels that have subscribers here.</summary>
    Interest = 28,

    // First levels, on control links.

    /// <summary>Up to where have you told me what changed?</summary>
    Sync = 29,

    /// <summary>Lines that have changed.</summary>
    Invalidate = 30,

    /// <summary>Up to here.</summary>
    Synced = 31,

    // Bulk links.

    /// <summary>Records of slots that were asked for.</summary>
    Chunk = 32,

    /// <summary>Chunks up to a number are merged.</summary>
    ChunkAck = 33,

    /// <summary>A pull is complete.</summary>
    PullDone = 34,

    /// <summary>Keys and versions of a slot.</summary>
    SlotKeys = 35,

    /// <summary>Keys of a slot that the sender lacks or has older.</summary>
    WantKeys = 36,

    // Data links.

    /// <summary>Carry this out for me.</summary>
    Forward = 64,

    /// <summary>What came of a forwarded operation.</summary>
    ForwardReply = 65,

    /// <summary>Records that were written.</summary>
    Replicate = 66,

    /// <summary>Up to which of them are merged, and which were refused.</summary>
    ReplicateAck = 67,

    /// <summary>What do you have under these keys?</summary>
    Fetch = 68,

    /// <summary>That.</summary>
    FetchReply = 69,
}

using Henge.Cluster.Members.Reports;

namespace Henge.Cluster.Members;

/// <summary>The member table: this node's record and its peers, in the order of their ids.</summary>
internal sealed class Roster(Member self)
{
    /// <summary>Most members that are remembered; more are not let in.</summary>
    public const int MaxMembers = 4096;

    private readonly List<Peer> _peers = [];
    private readonly Dictionary<MemberId, Peer> _byId = [];
    private IReadOnlyDictionary<MemberId, Member>? _members;

    /// <summary>This node's record.</summary>
    public Member Self { get; private set; } = self;

    /// <summary>All others that are remembered, in the order of their ids.</summary>
    public IReadOnlyList<Peer> Peers => _peers;

    /// <summary>Counts up with every change of a record.</summary>
    public long Version { get; private set; }

    /// <summary>How many take part: this node and those that are alive or suspect.</summary>
    public int Living { get; private set; } = 1;

    /// <summary>A snapshot that never changes; this node included.</summary>
    public IReadOnlyDictionary<MemberId, Member> Members => _members ??= Snapshot();

    /// <summary>A peer; null when it is unknown.</summary>
    public Peer? Find(MemberId id) => _byId.GetValueOrDefault(id);

    /// <summary>Changes this node's record.</summary>
    public void SetSelf(Member record)
    {
        Self = record;
        Changed();
    }

    /// <summary>Adds a peer; null when there is no room.</summary>
    public Peer? Add(Member record, long nowMs)
    {
        if (_peers.Count >= MaxMembers - 1 && !MakeRoom())
        {
            return null;
        }
        var peer = new Peer(record, nowMs);
        int at = _peers.FindIndex(p => p.Id.CompareTo(record.Id) > 0);
        _peers.Insert(at < 0 ? _peers.Count : at, peer);
        _byId.Add(record.Id, peer);
        Changed();
        return peer;
    }

    /// <summary>Changes a peer's record.</summary>
    public void Set(Peer peer, Member record)
    {
        peer.Record = record;
        Changed();
    }

    /// <summary>Forgets a peer.</summary>
    public void Remove(Peer peer)
    {
        _peers.Remove(peer);
        _byId.Remove(peer.Id);
        Changed();
    }

    /// <summary>What this node has to say about a member; null when it knows nothing.</summary>
    public MemberReport? ReportOf(MemberId id, long nowMs) =>
        id == Self.Id ? new MemberReport(Self) : Find(id) is { } peer ? ReportOf(peer, nowMs) : null;

    /// <summary>What this node has to say about a peer.</summary>
    public static MemberReport ReportOf(Peer peer, long nowMs) => new(peer.Record)
    {
        AgeMs = peer.IsLiving ? 0 : Math.Max(0, nowMs - peer.SinceMs),
        Deaths = peer.RecentDeaths(nowMs),
        Accusers = peer.Record.State == MemberState.Suspect ? [.. peer.Accusers] : [],
    };

    // The oldest of those that are gone makes room for somebody who may be there.
    private bool MakeRoom()
    {
        Peer? oldest = _peers.Where(p => !p.IsLiving && !p.IsConnected).MinBy(p => p.SinceMs);
        if (oldest is null)
        {
            return false;
        }
        Remove(oldest);
        return true;
    }

    private void Changed()
    {
        Version++;
        _members = null;
        Living = 1 + _peers.Count(p => p.IsLiving);
    }

    private Dictionary<MemberId, Member> Snapshot()
    {
        var members = new Dictionary<MemberId, Member>(_peers.Count + 1) { [Self.Id] = Self };
        foreach (Peer peer in _peers)
        {
            members[peer.Id] = peer.Record;
        }
        return members;
    }
}

using System.Numerics;

using Henge.Cluster.Members;

namespace Henge.Cluster.Lanes;

/// <summary>What one lane knows of the ring and its members: the snapshot, and its peers by id and by place.</summary>
internal sealed class Neighbours
{
    private readonly Dictionary<MemberId, Peer> _byId = [];
    private readonly List<Peer> _all = [];
    private Peer? _found;
    private Peer?[] _byPlace = [];
    private uint[] _prints = [];

    /// <summary>Goes by a snapshot.</summary>
    public Neighbours(ClusterSnapshot snapshot)
    {
        Snapshot = snapshot;
        Adopt(snapshot);
    }

    /// <summary>What the lane goes by.</summary>
    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>This node's place in the view; -1 for none.</summary>
    public int OwnPlace { get; private set; }

    /// <summary>Whether writes have anywhere to go to.</summary>
    public bool Replicates { get; private set; }

    /// <summary>All peers, in the order in which they were met.</summary>
    public IReadOnlyList<Peer> All => _all;

    /// <summary>Goes by a newer snapshot.</summary>
    public void Adopt(ClusterSnapshot snapshot)
    {
        Snapshot = snapshot;
        IReadOnlyList<Member> members = snapshot.View.Members;
        OwnPlace = snapshot.View.PlaceOf(snapshot.Self.Id);
        Replicates = members.Count > 0 && (OwnPlace < 0 || snapshot.View.Copies > 1);
        _byPlace = new Peer?[members.Count];
        _prints = new uint[members.Count];
        for (int i = 0; i < members.Count; i++)
        {
            UInt128 id = members[i].Id.Value ^ members[i].Boot.Value;
            _byPlace[i] = i == OwnPlace ? null : Of(members[i].Id);
            _prints[i] = (uint)(id ^ (id >> 32) ^ (id >> 64) ^ (id >> 96));
        }
        Forget();
    }

    /// <summary>A peer; made when it is not known yet.</summary>
    public Peer Of(MemberId id)
    {
        if (!_byId.TryGetValue(id, out Peer? peer))
        {
            peer = new Peer(id);
            _byId.Add(id, peer);
            _all.Add(peer);
        }
        return peer;
    }

    /// <summary>A peer, when it is known.</summary>
    public Peer? Find(MemberId id)
    {
        // Answers come many at a time from one peer.
        if (_found is not { } found || found.Id != id)
        {
            _found = found = _byId.GetValueOrDefault(id);
        }
        return found;
    }

    /// <summary>The peer at a place of the view; null for this node.</summary>
    public Peer? At(int place) => _byPlace[place];

    /// <summary>Whether this node is one of a slot's copies.</summary>
    public bool IsCopy(Slot slot) => OwnPlace >= 0 && Snapshot.View.CopiesOf(slot).Contains((ushort)OwnPlace);

    /// <summary>Whether this node is a slot's owner by the view.</summary>
    public bool IsOwner(Slot slot) =>
        OwnPlace >= 0 && Snapshot.View.CopiesOf(slot) is { IsEmpty: false } copies && copies[0] == OwnPlace;

    /// <summary>
    /// A hash over which processes a slot's copies are, in order. Two nodes for which it is equal agree about the slot
    /// though their views may differ elsewhere. Names alone would not do: of two processes of one name, the former
    /// would acknowledge what the later one, which is in the view, does not get.
    /// </summary>
    public uint Fingerprint(Slot slot)
    {
        uint hash = 0;
        foreach (ushort place in Snapshot.View.CopiesOf(slot))
        {
            hash = (BitOperations.RotateLeft(hash, 5) ^ _prints[place]) * 0x9E3779B1;
        }
        return hash;
    }

    /// <summary>What is known of a member's state; Left when it is not remembered.</summary>
    public MemberState StateOf(MemberId id) =>
        Snapshot.Members.TryGetValue(id, out Member? member) ? member.State : MemberState.Left;

    private void Forget()
    {
        _found = null;
        for (int i = _all.Count - 1; i >= 0; i--)
        {
            if (_all[i].IsIdle && !Snapshot.Members.ContainsKey(_all[i].Id) && Snapshot.View.PlaceOf(_all[i].Id) < 0)
            {
                _byId.Remove(_all[i].Id);
                _all.RemoveAt(i);
            }
        }
    }
}

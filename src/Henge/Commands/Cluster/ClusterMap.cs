using System.Globalization;
using System.Text;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers;
using Henge.Protocol;

namespace Henge.Commands.Cluster;

/// <summary>
/// One snapshot of the ring as Redis Cluster clients read it. Every member is a master of the slots that it owns; who
/// has copies of them stands behind it in CLUSTER SLOTS. After a change all clients ask at once, so what is encoded is
/// kept until the next. Safe from any thread.
/// </summary>
internal sealed class ClusterMap
{
    private readonly byte[]?[] _slots = new byte[2][];
    private readonly ClusterSnapshot _snapshot;

    private ClusterMap(ClusterSnapshot snapshot) => _snapshot = snapshot;

    /// <summary>The map of a snapshot: the last one where it is the same.</summary>
    public static ClusterMap Of(HengeNode node, ClusterSnapshot snapshot)
    {
        if (node.ClusterMap is { } known && ReferenceEquals(known._snapshot, snapshot))
        {
            return known;
        }
        var made = new ClusterMap(snapshot);
        node.ClusterMap = made;
        return made;
    }

    /// <summary>Writes the reply of CLUSTER SLOTS.</summary>
    public void WriteSlots(RespWriter reply)
    {
        ref byte[]? encoded = ref _slots[reply.Version == RespVersion.Resp3 ? 1 : 0];
        if (encoded is null)
        {
            var writer = new RespWriter { Version = reply.Version };
            EncodeSlots(writer);
            encoded = writer.Written.ToArray();
        }
        reply.Raw(encoded);
    }

    /// <summary>Writes the reply of CLUSTER SHARDS: a shard is one member with the slots that it owns.</summary>
    public void WriteShards(RespWriter reply)
    {
        IReadOnlyList<Member> members = _snapshot.View.Members;
        List<(int First, int Last)>[] owned = Owned();
        reply.Array(members.Count);
        for (int i = 0; i < members.Count; i++)
        {
            reply.Map(2);
            reply.Bulk("slots"u8);
            reply.Array(2 * owned[i].Count);
            foreach ((int first, int last) in owned[i])
            {
                reply.Integer(first);
                reply.Integer(last);
            }
            reply.Bulk("nodes"u8);
            reply.Array(1);
            (string host, int port) = OwnAddress.Split(members[i].Address);
            reply.Map(7);
            reply.Bulk("id"u8);
            reply.Bulk(members[i].Id.ToString());
            reply.Bulk("port"u8);
            reply.Integer(port);
            reply.Bulk("ip"u8);
            reply.Bulk(host);
            reply.Bulk("endpoint"u8);
            reply.Bulk(host);
            reply.Bulk("role"u8);
            reply.Bulk("master"u8);
            reply.Bulk("replication-offset"u8);
            reply.Integer(0);
            reply.Bulk("health"u8);
            reply.Bulk("online"u8);
        }
    }

    /// <summary>The text of CLUSTER NODES.</summary>
    public string Nodes()
    {
        List<(int First, int Last)>[] owned = Owned();
        var text = new StringBuilder();
        foreach (Member member in _snapshot.Members.Values.OrderBy(static member => member.Id))
        {
            AppendLine(text, member, member.Id == _snapshot.Self.Id ? "myself,master" : "master", "-");
            int place = _snapshot.View.PlaceOf(member.Id);
            foreach ((int first, int last) in place < 0 ? [] : owned[place])
            {
                text.Append(' ').Append(first.ToString(CultureInfo.InvariantCulture));
                if (last != first)
                {
                    text.Append('-').Append(last.ToString(CultureInfo.InvariantCulture));
                }
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>
    /// Lines for the members that have copies of slots of a member; null when there is no such member.
    /// </summary>
    public List<string>? Replicas(string id)
    {
        Member? owner = _snapshot.Members.Values.FirstOrDefault(
            member => string.Equals(member.Id.ToString(), id, StringComparison.OrdinalIgnoreCase));
        if (owner is null)
        {
            return null;
        }
        int place = _snapshot.View.PlaceOf(owner.Id);
        var replicas = new SortedSet<ushort>();
        for (int slot = 0; slot < Slot.Count && place >= 0; slot++)
        {
            ReadOnlySpan<ushort> copies = _snapshot.View.CopiesOf(new Slot(slot));
            if (!copies.IsEmpty && copies[0] == place)
            {
                foreach (ushort copy in copies[1..])
                {
                    replicas.Add(copy);
                }
            }
        }
        return [.. replicas.Select(copy =>
        {
            var text = new StringBuilder();
            AppendLine(text, _snapshot.View.Members[copy], "slave", owner.Id.ToString());
            return text.ToString();
        })];
    }

    /// <summary>The text of CLUSTER INFO.</summary>
    public string Facts()
    {
        int size = _snapshot.View.Members.Count;
        int slots = size > 0 ? Slot.Count : 0;
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"cluster_state:{(size > 0 ? "ok" : "fail")}\r\n")
            .Append(CultureInfo.InvariantCulture, $"cluster_slots_assigned:{slots}\r\ncluster_slots_ok:{slots}\r\n")
            .Append("cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\n")
            .Append(CultureInfo.InvariantCulture, $"cluster_known_nodes:{_snapshot.Members.Count}\r\n")
            .Append(CultureInfo.InvariantCulture, $"cluster_size:{size}\r\n")
            .Append(CultureInfo.InvariantCulture, $"cluster_current_epoch:{_snapshot.Number}\r\n")
            .Append(CultureInfo.InvariantCulture, $"cluster_my_epoch:{_snapshot.Self.Incarnation}\r\n")
            .Append("cluster_stats_messages_sent:0\r\ncluster_stats_messages_received:0\r\n")
            .Append("total_cluster_links_buffer_limit_exceeded:0\r\n")
            .ToString();
    }

    private void EncodeSlots(RespWriter reply)
    {
        var ranges = new List<(int First, int Last)>();
        for (int slot = 0; slot < Slot.Count && _snapshot.View.Members.Count > 0; slot++)
        {
            if (ranges.Count > 0 && _snapshot.View.CopiesOf(new Slot(slot))
                .SequenceEqual(_snapshot.View.CopiesOf(new Slot(ranges[^1].First))))
            {
                ranges[^1] = (ranges[^1].First, slot);
            }
            else
            {
                ranges.Add((slot, slot));
            }
        }
        reply.Array(ranges.Count);
        foreach ((int first, int last) in ranges)
        {
            ReadOnlySpan<ushort> copies = _snapshot.View.CopiesOf(new Slot(first));
            reply.Array(2 + copies.Length);
            reply.Integer(first);
            reply.Integer(last);
            foreach (ushort copy in copies)
            {
                Member member = _snapshot.View.Members[copy];
                (string host, int port) = OwnAddress.Split(member.Address);
                reply.Array(4);
                reply.Bulk(host);
                reply.Integer(port);
                reply.Bulk(member.Id.ToString());
                reply.Map(0);
            }
        }
    }

    private List<(int First, int Last)>[] Owned()
    {
        var owned = new List<(int First, int Last)>[_snapshot.View.Members.Count];
        for (int i = 0; i < owned.Length; i++)
        {
            owned[i] = [];
        }
        for (int slot = 0; slot < Slot.Count && owned.Length > 0; slot++)
        {
            List<(int First, int Last)> ranges = owned[_snapshot.View.CopiesOf(new Slot(slot))[0]];
            if (ranges.Count > 0 && ranges[^1].Last == slot - 1)
            {
                ranges[^1] = (ranges[^1].First, slot);
            }
            else
            {
                ranges.Add((slot, slot));
            }
        }
        return owned;
    }

    private static void AppendLine(StringBuilder text, Member member, string role, string master)
    {
        (_, int port) = OwnAddress.Split(member.Address);
        string state = member.State switch
        {
            MemberState.Alive => "",
            MemberState.Suspect => ",fail?",
            _ => ",fail",
        };
        bool isConnected = member.State is MemberState.Alive or MemberState.Suspect;
        text.Append(CultureInfo.InvariantCulture, $"{member.Id} {member.Address}@{port} {role}{state} {master} 0 0 ")
            .Append(member.Incarnation.ToString(CultureInfo.InvariantCulture))
            .Append(isConnected ? " connected" : " disconnected");
    }
}

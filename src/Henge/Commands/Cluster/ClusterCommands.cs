using System.Net;
using System.Text;

using Henge.Cluster;
using Henge.Protocol;
using Henge.Routing;
using Henge.Security;

namespace Henge.Commands.Cluster;

/// <summary>
/// CLUSTER: the map of the ring (<see cref="ClusterMap"/>), and of a node that is alone, which owns every slot. The
/// address that such a node shows is the one that the asking client connected to.
/// </summary>
internal static class ClusterCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "CLUSTER", Arity = -2, Handler = Unknown, Group = "cluster", Since = "3.0.0",
            Summary = "A container for Redis Cluster commands.",
            Subcommands =
            [
                Row("CLUSTER|COUNTKEYSINSLOT", 3, SlotKeysCommands.CountKeysInSlot,
                    "Returns the number of keys in a hash slot.", SlotKeysCommands.CountOverRing),
                Row("CLUSTER|GETKEYSINSLOT", 4, SlotKeysCommands.GetKeysInSlot,
                    "Returns the key names in a hash slot.", SlotKeysCommands.KeysOverRing),
                Row("CLUSTER|HELP", 2, Help, "Returns helpful text about the different subcommands."),
                Row("CLUSTER|INFO", 2, Info, "Returns information about the state of a node."),
                Row("CLUSTER|KEYSLOT", 3, KeySlot, "Returns the hash slot for a key."),
                Row("CLUSTER|LINKS", 2, Links, "Returns a list of all TCP links to and from peer nodes."),
                Row("CLUSTER|MYID", 2, MyId, "Returns the ID of a node."),
                Row("CLUSTER|MYSHARDID", 2, MyId, "Returns the shard ID of a node."),
                Row("CLUSTER|NODES", 2, Nodes, "Returns the cluster configuration for a node."),
                Row("CLUSTER|REPLICAS", 3, Replicas, "Lists the replica nodes of a master node."),
                Row("CLUSTER|RESET", -2, Reset, "Resets a node."),
                Row("CLUSTER|SHARDS", 2, Shards, "Returns the mapping of cluster slots to shards."),
                Row("CLUSTER|SLOTS", 2, Slots, "Returns the mapping of cluster slots to nodes."),
            ],
        },
        Row("READONLY", 1, ReadOnly, "Enables read-only queries for a connection to a Redis Cluster replica node."),
        Row("READWRITE", 1, ReadWrite, "Enables read-write queries for a connection to a Redis Cluster replica node."),
        Row("ASKING", 1, Asking, "Signals that a cluster client is following an -ASK redirect."),
    ];

    /// <summary>Whether the node shows itself as a cluster; if not, Redis's error for that has been written.</summary>
    public static bool IsEnabled(ref CommandContext context)
    {
        if (context.Node.Options.RedisMode != RedisMode.Standalone)
        {
            return true;
        }
        context.Reply.Error("ERR This instance has cluster support disabled"u8);
        return false;
    }

    /// <summary>CLUSTER with a word that is no subcommand.</summary>
    public static void Unknown(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            Subcommands.Unknown(ref context);
        }
    }

    /// <summary>CLUSTER INFO</summary>
    public static void Info(ref CommandContext context)
    {
        if (IsEnabled(ref context) && MapOf(ref context) is { } map)
        {
            context.Reply.Verbatim(Encoding.ASCII.GetBytes(map.Facts()));
        }
        else if (context.Node.Options.RedisMode != RedisMode.Standalone)
        {
            context.Reply.Verbatim(
                "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\n"u8
                + "cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\ncluster_known_nodes:1\r\ncluster_size:1\r\n"u8
                + "cluster_current_epoch:1\r\ncluster_my_epoch:1\r\ncluster_stats_messages_sent:0\r\n"u8
                + "cluster_stats_messages_received:0\r\ntotal_cluster_links_buffer_limit_exceeded:0\r\n"u8);
        }
    }

    /// <summary>CLUSTER MYID and CLUSTER MYSHARDID: a shard here is one node.</summary>
    public static void MyId(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Reply.Bulk(context.Node.NodeIdText);
        }
    }

    /// <summary>CLUSTER NODES</summary>
    public static void Nodes(ref CommandContext context)
    {
        if (!IsEnabled(ref context))
        {
            return;
        }
        context.Session.Client.KnowsClusterMap = true;
        if (MapOf(ref context) is { } map)
        {
            context.Reply.Verbatim(Encoding.ASCII.GetBytes(map.Nodes()));
            return;
        }
        (string host, int port) = AddressFor(ref context);
        context.Reply.Verbatim(Encoding.ASCII.GetBytes(
            $"{context.Node.NodeIdText} {host}:{port}@{port} myself,master - 0 0 1 connected 0-{Slot.Count - 1}\n"));
    }

    /// <summary>CLUSTER SLOTS</summary>
    public static void Slots(ref CommandContext context)
    {
        if (!IsEnabled(ref context))
        {
            return;
        }
        context.Session.Client.KnowsClusterMap = true;
        if (MapOf(ref context) is { } map)
        {
            map.WriteSlots(context.Reply);
            return;
        }
        (string host, int port) = AddressFor(ref context);
        RespWriter reply = context.Reply;
        reply.Array(1);
        reply.Array(3);
        reply.Integer(0);
        reply.Integer(Slot.Count - 1);
        reply.Array(4);
        reply.Bulk(host);
        reply.Integer(port);
        reply.Bulk(context.Node.NodeIdText);
        reply.Map(0);
    }

    /// <summary>CLUSTER SHARDS</summary>
    public static void Shards(ref CommandContext context)
    {
        if (!IsEnabled(ref context))
        {
            return;
        }
        context.Session.Client.KnowsClusterMap = true;
        if (MapOf(ref context) is { } map)
        {
            map.WriteShards(context.Reply);
            return;
        }
        (string host, int port) = AddressFor(ref context);
        RespWriter reply = context.Reply;
        reply.Array(1);
        reply.Map(2);
        reply.Bulk("slots"u8);
        reply.Array(2);
        reply.Integer(0);
        reply.Integer(Slot.Count - 1);
        reply.Bulk("nodes"u8);
        reply.Array(1);
        reply.Map(7);
        reply.Bulk("id"u8);
        reply.Bulk(context.Node.NodeIdText);
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

    /// <summary>CLUSTER KEYSLOT key</summary>
    public static void KeySlot(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Reply.Integer(Slot.Of(context.Arguments[2]).Number);
        }
    }

    /// <summary>CLUSTER LINKS</summary>
    public static void Links(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Reply.Array(0);
        }
    }

    /// <summary>CLUSTER REPLICAS node-id</summary>
    public static void Replicas(ref CommandContext context)
    {
        if (!IsEnabled(ref context))
        {
            return;
        }
        string id = Errors.Printable(context.Arguments[2]);
        if (MapOf(ref context)?.Replicas(id) is { } replicas)
        {
            context.Reply.Array(replicas.Count);
            foreach (string replica in replicas)
            {
                context.Reply.Bulk(replica);
            }
            return;
        }
        if (string.Equals(id, context.Node.NodeIdText, StringComparison.OrdinalIgnoreCase))
        {
            context.Reply.Array(0);
        }
        else
        {
            context.Reply.Error($"ERR Unknown node {id}");
        }
    }

    /// <summary>CLUSTER RESET: placement is no operator's work here.</summary>
    public static void Reset(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Reply.Error("ERR CLUSTER RESET is not supported: nodes place slots by themselves"u8);
        }
    }

    /// <summary>READONLY</summary>
    public static void ReadOnly(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Session.Client.ReadsReplicas = true;
            context.Reply.Ok();
        }
    }

    /// <summary>READWRITE</summary>
    public static void ReadWrite(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Session.Client.ReadsReplicas = false;
            context.Reply.Ok();
        }
    }

    /// <summary>ASKING: slots never move by ASK here, so there is nothing to remember.</summary>
    public static void Asking(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            context.Reply.Ok();
        }
    }

    /// <summary>CLUSTER HELP</summary>
    public static void Help(ref CommandContext context)
    {
        if (IsEnabled(ref context))
        {
            Subcommands.Help(ref context,
            [
                "COUNTKEYSINSLOT <slot>", "    Return the number of keys in <slot>.",
                "GETKEYSINSLOT <slot> <count>", "    Return key names stored by current node in a slot.",
                "INFO", "    Return information about the cluster.",
                "KEYSLOT <key>", "    Return the hash slot for <key>.",
                "MYID", "    Return the node id.",
                "MYSHARDID", "    Return the node's shard id.",
                "NODES", "    Return cluster configuration seen by node. Output format:",
                "    <id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...",
                "REPLICAS <node-id>", "    Return <node-id> replicas.",
                "SLOTS", "    Return information about slots range mappings. Each range is made of:",
                "    start, end, master and replicas IP addresses, ports and ids",
                "SHARDS", "    Return information about slot range mappings and the nodes associated with them.",
                "LINKS", "    Return information about all network links between this node and its peers.",
            ]);
        }
    }

    /// <summary>The map of the ring; null for a node that is alone.</summary>
    private static ClusterMap? MapOf(ref CommandContext context) =>
        context.Node.Ring?.Snapshot is { IsAlone: false } snapshot ? ClusterMap.Of(context.Node, snapshot) : null;

    /// <summary>Host and port by which this client reached the node.</summary>
    private static (string Host, int Port) AddressFor(ref CommandContext context)
    {
        if (context.Session.Connection.LocalEndPoint is not IPEndPoint local)
        {
            return ("", context.Node.Options.Port);
        }
        IPAddress address = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        return (address.ToString(), local.Port);
    }

    private static Command Row(
        string name, int arity, CommandHandler handler, string summary, RoutedHandler? overRing = null) => new()
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = name.EndsWith("KEYSINSLOT", StringComparison.Ordinal) ? CommandFlags.None : CommandFlags.Fast,
            Needs = name == "CLUSTER|RESET" ? Role.Admin : Role.Read,
            Reach = name.EndsWith("KEYSINSLOT", StringComparison.Ordinal) ? KeyReach.Whole : KeyReach.Nothing,
            Group = "cluster",
            Since = name switch
            {
                "CLUSTER|SHARDS" or "CLUSTER|LINKS" => "7.0.0",
                "CLUSTER|MYSHARDID" => "7.2.0",
                _ => "3.0.0",
            },
            Summary = summary,
            OverRing = overRing,
        };
}

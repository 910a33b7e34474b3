using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

using Henge.Commands.Connection;
using Henge.Commands.Server;
using Henge.Sessions;
using Henge.Snapshots;
using Henge.Storage;
using Henge.Values;

namespace Henge.Diagnostics;

/// <summary>The sections of INFO that say what the node is and what it holds.</summary>
internal static class ServerReport
{
    /// <summary># Server</summary>
    public static void Server(StringBuilder text, HengeNode node, long nowMs)
    {
        long uptimeSeconds = Math.Max(0, nowMs - node.StartedAt.ToUnixTimeMilliseconds()) / 1000;
        text.Line("redis_version", AuthenticationCommands.RedisVersion);
        text.Line("henge_version", typeof(HengeNode).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
        text.Line("redis_mode", node.Options.RedisMode == RedisMode.Standalone ? "standalone" : "cluster");
        text.Line("os", RuntimeInformation.OSDescription);
        text.Line("arch_bits", IntPtr.Size * 8);
        text.Line("dotnet_version", Environment.Version.ToString());
        text.Line("process_id", Environment.ProcessId);
        text.Line("run_id", node.NodeIdText);
        text.Line("node_name", node.Options.Name);
        text.Line("tcp_port", node.EndPoints.Count == 0 ? node.Options.Port : node.EndPoints[0].Port);
        text.Line("server_time_usec", nowMs * 1000);
        text.Line("uptime_in_seconds", uptimeSeconds);
        text.Line("uptime_in_days", uptimeSeconds / 86_400);
        text.Line("io_loops", node.Options.EffectiveLoops);
        text.Line("executable", Environment.ProcessPath ?? "");
        text.Line("config_file", "");
    }

    /// <summary># Clients</summary>
    public static void Clients(StringBuilder text, HengeNode node, long nowMs)
    {
        long subscribers = 0;
        long watching = 0;
        long watchedKeys = 0;
        foreach (RespSession session in node.Clients)
        {
            subscribers += session.Subscriber is { Count: > 0 } ? 1 : 0;
            watching += session.Watched is { Count: > 0 } ? 1 : 0;
            watchedKeys += session.Watched?.Count ?? 0;
        }
        text.Line("connected_clients", node.Clients.Count);
        text.Line("cluster_connections", 0);
        text.Line("maxclients", node.Options.Limits.MaxClients);
        text.Line("blocked_clients", 0);
        text.Line("tracking_clients", 0);
        text.Line("pubsub_clients", subscribers);
        text.Line("watching_clients", watching);
        text.Line("total_watched_keys", watchedKeys);
    }

    /// <summary># Memory</summary>
    public static void Memory(StringBuilder text, HengeNode node, long nowMs)
    {
        StoreStatistics store = node.Store.GetStatistics();
        node.Sampler.NoticeMemory(store.UsedBytes);
        long resident = Environment.WorkingSet;
        double ratio = store.UsedBytes == 0 ? 0 : (double)resident / store.UsedBytes;
        text.Line("used_memory", store.UsedBytes);
        text.Line("used_memory_human", NodeReport.Human(store.UsedBytes));
        text.Line("used_memory_rss", resident);
        text.Line("used_memory_rss_human", NodeReport.Human(resident));
        text.Line("used_memory_peak", node.Sampler.PeakBytes);
        text.Line("used_memory_peak_human", NodeReport.Human(node.Sampler.PeakBytes));
        text.Line("used_memory_overhead", Math.Max(0, store.UsedBytes - store.DataBytes));
        text.Line("used_memory_dataset", store.DataBytes);
        text.Line("used_memory_index", store.IndexBytes);
        text.Line("used_memory_buffers", store.ChargedBytes);
        text.Line("used_memory_subscriptions", node.PubSub.ChargedBytes);
        text.Line("used_memory_managed", GC.GetTotalMemory(forceFullCollection: false));
        text.Line("maxmemory", store.LimitBytes);
        text.Line("maxmemory_human", NodeReport.Human(store.LimitBytes));
        text.Line("maxmemory_policy", ConfigTable.PolicyName(node.Options.Eviction));
        text.Line("mem_fragmentation_ratio", ratio.ToString("0.00", CultureInfo.InvariantCulture));
        text.Line("total_system_memory", MachineMemory.Bytes);
        text.Line("mem_allocator", "henge");
    }

    /// <summary># Persistence: snapshots, under the names that tools for Redis look for.</summary>
    public static void Persistence(StringBuilder text, HengeNode node, long nowMs)
    {
        SnapshotStatus status = node.Snapshots?.Status ?? new SnapshotStatus();
        text.Line("loading", 0);
        text.Line("async_loading", status.IsReading ? 1 : 0);
        if (status.IsReading)
        {
            text.Line("loading_total_bytes", status.ReadTotalBytes);
            text.Line("loading_loaded_bytes", status.ReadBytes);
        }
        text.Line("snapshot_entries_restored", status.Restored);
        text.Line("rdb_bgsave_in_progress", status.IsWriting ? 1 : 0);
        text.Line("rdb_last_save_time", status.LastMs / 1000);
        text.Line("rdb_last_bgsave_status", status.LastError is null ? "ok" : "err");
        text.Line("rdb_last_bgsave_time_sec", status.LastTookMs < 0 ? -1 : status.LastTookMs / 1000);
        text.Line("rdb_current_bgsave_time_sec", status.IsWriting ? (nowMs - status.WritingSinceMs) / 1000 : -1);
        text.Line("current_save_keys_processed", status.IsWriting ? status.Written : 0);
        text.Line("current_save_keys_total", status.IsWriting ? status.WriteTotal : 0);
        text.Line("snapshot_last_bytes", status.LastBytes);
        text.Line("snapshot_last_error", status.LastError ?? "");
        text.Line("aof_enabled", 0);
        text.Line("aof_rewrite_in_progress", 0);
    }

    /// <summary># Replication: as Redis clients ask for it, who look for a master.</summary>
    public static void Replication(StringBuilder text, HengeNode node, long nowMs)
    {
        text.Line("role", "master");
        text.Line("connected_slaves", 0);
        text.Line("master_failover_state", "no-failover");
        text.Line("master_replid", node.NodeIdText);
        text.Line("master_repl_offset", 0);
        text.Line("second_repl_offset", -1);
        text.Line("repl_backlog_active", 0);
    }

    /// <summary># CPU, in seconds of the whole process.</summary>
    public static void Cpu(StringBuilder text, HengeNode node, long nowMs)
    {
        Environment.ProcessCpuUsage usage = Environment.CpuUsage;
        text.Line("used_cpu_sys", usage.PrivilegedTime.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture));
        text.Line("used_cpu_user", usage.UserTime.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture));
    }

    /// <summary># Cluster</summary>
    public static void Cluster(StringBuilder text, HengeNode node, long nowMs) =>
        text.Line("cluster_enabled", node.Options.RedisMode == RedisMode.Standalone ? 0 : 1);
}

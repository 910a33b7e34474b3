using System.Globalization;
using System.Text;

using Henge.Commands;
using Henge.PubSub;
using Henge.Storage;
using Henge.Storage.Figures;

namespace Henge.Diagnostics;

/// <summary>The sections of INFO that count.</summary>
internal static class StatisticsReport
{
    /// <summary># Stats</summary>
    public static void Stats(StringBuilder text, HengeNode node, long nowMs)
    {
        NodeCounters counters = node.Counters;
        StoreStatistics store = node.Store.GetStatistics();
        (long commands, long inputBytes, long outputBytes) = node.Sampler.PerSecond();
        text.Line("total_connections_received", Interlocked.Read(ref counters.ConnectionsReceived));
        text.Line("total_commands_processed", Interlocked.Read(ref counters.CommandsProcessed));
        text.Line("instantaneous_ops_per_sec", commands);
        text.Line("total_net_input_bytes", Interlocked.Read(ref counters.InputBytes));
        text.Line("total_net_output_bytes", Interlocked.Read(ref counters.OutputBytes));
        text.Line("instantaneous_input_kbps", Kilobytes(inputBytes));
        text.Line("instantaneous_output_kbps", Kilobytes(outputBytes));
        text.Line("rejected_connections", Interlocked.Read(ref counters.ConnectionsRejected));
        text.Line("http_connections_received", Interlocked.Read(ref counters.HttpConnections));
        text.Line("foreign_requests", node.ForeignRequests.Count);
        text.Line("expired_keys", store.Expired);
        text.Line("evicted_keys", store.Evicted);
        text.Line("keyspace_hits", store.Hits);
        text.Line("keyspace_misses", store.Misses);
        foreach (MissReason reason in Enum.GetValues<MissReason>())
        {
            text.Line("keyspace_misses_" + reason.ToString().ToLowerInvariant(),
                StoreStatistics.MissesBy(node.Store.Core, reason));
        }
        text.Line("pubsub_channels", node.PubSub.Channels(ChannelKind.Channel).Length);
        text.Line("pubsub_patterns", node.PubSub.Channels(ChannelKind.Pattern).Length);
        text.Line("pubsubshard_channels", node.PubSub.Channels(ChannelKind.ShardChannel).Length);
        text.Line("leases", node.Leases.Count);
        text.Line("leases_given", Interlocked.Read(ref counters.LeasesGiven));
        text.Line("leases_held", Interlocked.Read(ref counters.LeasesHeld));
        text.Line("leases_stale", Interlocked.Read(ref counters.LeasesStale));
        text.Line("leases_forgotten", Interlocked.Read(ref counters.LeasesForgotten));
        text.Line("tags", node.Ring?.Tags.Count ?? 0);
        text.Line("tags_dropped", node.Ring?.Tags.Dropped ?? 0);
        text.Line("tag_invalidations", Interlocked.Read(ref counters.Invalidations));
        text.Line("tag_invalidations_failed", Interlocked.Read(ref counters.InvalidationsFailed));
        text.Line("latest_fork_usec", 0);
        text.Line("total_error_replies", node.Errors.Total);
        text.Line("tls_connections", Interlocked.Read(ref node.Counters.TlsConnections));
        text.Line("tls_handshakes_failed", Interlocked.Read(ref node.Counters.TlsFailures));
        text.Line("auth_failures", node.Authenticator.WrongCount);
        text.Line("auth_refused", node.Authenticator.RefusedCount);
        text.Line("client_query_buffer_limit_disconnections", Interlocked.Read(ref counters.InputLimitCloses));
        text.Line("client_output_buffer_limit_disconnections", Interlocked.Read(ref counters.OutputLimitCloses));
    }

    /// <summary># Commandstats</summary>
    public static void Commands(StringBuilder text, HengeNode node, long nowMs)
    {
        foreach (Command command in node.Commands.All)
        {
            Command(text, command);
            foreach (Command subcommand in command.Subcommands)
            {
                Command(text, subcommand);
            }
        }
    }

    /// <summary># Keyspace</summary>
    public static void Keyspace(StringBuilder text, HengeNode node, long nowMs)
    {
        StoreStatistics store = node.Store.GetStatistics();
        if (store.Entries != 0)
        {
            text.Line("db0", $"keys={store.Entries},expires={store.EntriesWithExpiry}");
        }
    }

    private static void Command(StringBuilder text, Command command)
    {
        CommandCounters counters = command.Counters;
        long calls = Interlocked.Read(ref counters.Calls);
        long rejected = Interlocked.Read(ref counters.Rejected);
        if (calls == 0 && rejected == 0)
        {
            return;
        }
        long microseconds = counters.Microseconds;
        double each = calls == 0 ? 0 : Interlocked.Read(ref counters.Nanoseconds) / 1000.0 / calls;
        text.Line(
            "cmdstat_" + command.Name.ToLowerInvariant(),
            string.Create(CultureInfo.InvariantCulture, $"calls={calls},usec={microseconds},usec_per_call={each:0.00},")
            + $"rejected_calls={rejected},failed_calls={Interlocked.Read(ref counters.Failed)}");
    }

    private static string Kilobytes(long bytes) => (bytes / 1024.0).ToString("0.00", CultureInfo.InvariantCulture);
}

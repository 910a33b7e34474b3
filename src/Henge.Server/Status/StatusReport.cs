using System.Globalization;

namespace Henge.Server.Status;

/// <summary>
/// What a node says about itself in INFO, as numbers. A field the server does not send is 0 or empty.
/// </summary>
internal sealed record StatusReport
{
    private const string MissesPrefix = "keyspace_misses_";
    private const string CommandPrefix = "cmdstat_";
    private const string SizingPrefix = "sizing_hit_ratio_";

    /// <summary>What runs there: <c>henge</c>, or <c>redis</c> for a server that names no other product.</summary>
    public required string Product { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>The node's name for people; empty when it sends none.</summary>
    public required string Name { get; init; }

    /// <summary>How long it has run.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>Bytes that entries, index and buffers take.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Their limit; 0 where there is none.</summary>
    public required long LimitBytes { get; init; }

    /// <summary>Bytes of the process in memory.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Who is evicted.</summary>
    public required string Eviction { get; init; }

    /// <summary>Entries.</summary>
    public required long Keys { get; init; }

    /// <summary>Entries that have an expiry.</summary>
    public required long KeysWithExpiry { get; init; }

    /// <summary>Reads that found their key.</summary>
    public required long Hits { get; init; }

    /// <summary>Reads that did not.</summary>
    public required long Misses { get; init; }

    /// <summary>Entries evicted to make room.</summary>
    public required long Evicted { get; init; }

    /// <summary>Entries whose deadline passed.</summary>
    public required long Expired { get; init; }

    /// <summary>Commands in the last second or so.</summary>
    public required double OperationsPerSecond { get; init; }

    /// <summary>Commands since the start.</summary>
    public required long Operations { get; init; }

    /// <summary>Connections.</summary>
    public required long Clients { get; init; }

    /// <summary>Most connections; 0 when it does not say.</summary>
    public required long MaxClients { get; init; }

    /// <summary>Members of its ring that are remembered; 0 when it says nothing of a ring.</summary>
    public required long Members { get; init; }

    /// <summary>Those that are alive.</summary>
    public required long MembersAlive { get; init; }

    /// <summary>Slots that it owns.</summary>
    public required long OwnedSlots { get; init; }

    /// <summary>Slots that it is to hold and whose data is on its way.</summary>
    public required long LoadingSlots { get; init; }

    /// <summary>Reads that missed only because the ring changed.</summary>
    public required long TopologyMisses { get; init; }

    /// <summary>Bytes received from clients.</summary>
    public long InputBytes { get; init; }

    /// <summary>Bytes sent to clients.</summary>
    public long OutputBytes { get; init; }

    /// <summary>
    /// Commands that were timed, how often and for how many microseconds in all; empty where that was not asked for.
    /// </summary>
    public IReadOnlyDictionary<string, (long Calls, long Microseconds)> Commands { get; init; } =
        new Dictionary<string, (long, long)>();

    /// <summary>Commands that were timed.</summary>
    public long CommandCalls => Commands.Values.Sum(command => command.Calls);

    /// <summary>Time that they took together, in microseconds.</summary>
    public long CommandMicroseconds => Commands.Values.Sum(command => command.Microseconds);

    /// <summary>Misses by why; empty where it does not say.</summary>
    public IReadOnlyDictionary<string, long> MissesBy { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Share of reads that other sizes of memory would answer, by <c>2x</c>; empty where it does not say.
    /// </summary>
    public IReadOnlyList<(string Size, double HitRatio)> Sizing { get; init; } = [];

    /// <summary>Its sources of discovery; empty where it has none.</summary>
    public IReadOnlyList<StatusSource> Discovery { get; init; } = [];

    /// <summary>Share of reads that found their key, 0 to 1; null before the first read.</summary>
    public double? HitRatio => Hits + Misses == 0 ? null : (double)Hits / (Hits + Misses);

    /// <summary>Reads the text that INFO answers.</summary>
    public static StatusReport Parse(string info)
    {
        var fields = new InfoFields(info);
        bool henge = fields.All.ContainsKey("henge_version");
        string[] databases = [.. fields.All.Where(field => IsDatabase(field.Key)).Select(field => field.Value)];
        return new StatusReport
        {
            Product = henge ? "henge" : "redis",
            Version = fields.Text(henge ? "henge_version" : "redis_version", "unknown"),
            Name = fields.Text("node_name"),
            Uptime = TimeSpan.FromSeconds(fields.Number("uptime_in_seconds")),
            UsedBytes = fields.Number("used_memory"),
            LimitBytes = fields.Number("maxmemory"),
            ResidentBytes = fields.Number("used_memory_rss"),
            Eviction = fields.Text("maxmemory_policy"),
            Keys = databases.Sum(database => Part(database, "keys")),
            KeysWithExpiry = databases.Sum(database => Part(database, "expires")),
            Hits = fields.Number("keyspace_hits"),
            Misses = fields.Number("keyspace_misses"),
            Evicted = fields.Number("evicted_keys"),
            Expired = fields.Number("expired_keys"),
            OperationsPerSecond = fields.Number("instantaneous_ops_per_sec"),
            Operations = fields.Number("total_commands_processed"),
            Clients = fields.Number("connected_clients"),
            MaxClients = fields.Number("maxclients"),
            Members = fields.Number("ring_members"),
            MembersAlive = fields.Number("ring_members_alive"),
            OwnedSlots = fields.Number("ring_slots_owned"),
            LoadingSlots = fields.Number("ring_slots_loading"),
            TopologyMisses = fields.Number("misses_due_to_topology"),
            InputBytes = fields.Number("total_net_input_bytes"),
            OutputBytes = fields.Number("total_net_output_bytes"),
            Commands = fields.All.Where(field => field.Key.StartsWith(CommandPrefix, StringComparison.Ordinal))
                .ToDictionary(
                    field => field.Key[CommandPrefix.Length..],
                    field => (Part(field.Value, "calls"), Part(field.Value, "usec"))),
            MissesBy = fields.All.Where(field => field.Key.StartsWith(MissesPrefix, StringComparison.Ordinal))
                .ToDictionary(field => field.Key[MissesPrefix.Length..], field => fields.Number(field.Key)),
            Sizing = [.. fields.All.Where(field => field.Key.StartsWith(SizingPrefix, StringComparison.Ordinal))
                .Select(field => (field.Key[SizingPrefix.Length..], Ratio(field.Value)))],
            Discovery = StatusSource.In(fields),
        };
    }

    private static double Ratio(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double ratio) ? ratio : 0;

    private static bool IsDatabase(string name) =>
        name.Length > 2
        && name.StartsWith("db", StringComparison.Ordinal)
        && !name.AsSpan(2).ContainsAnyExceptInRange('0', '9');

    /// <summary>One number of <c>keys=12,expires=3,avg_ttl=0</c>.</summary>
    internal static long Part(string parts, string name)
    {
        foreach (string part in parts.Split(','))
        {
            string[] sides = part.Split('=');
            if (sides.Length == 2
                && sides[0] == name
                && long.TryParse(sides[1], CultureInfo.InvariantCulture, out long value))
            {
                return value;
            }
        }
        return 0;
    }
}

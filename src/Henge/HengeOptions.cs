using System.Net;

using Henge.Discovery;
using Henge.Embedding;
using Henge.Peers;
using Henge.Security;
using Henge.Storage;
using Henge.Storage.Eviction;
using Henge.Values;

namespace Henge;

/// <summary>
/// What a node is started with. Set it before the node is made; <see cref="Validate"/> names the first thing that
/// cannot be. Properties that CONFIG SET may change while running say so; a changed value is seen within a second.
/// </summary>
public sealed class HengeOptions
{
    /// <summary>The port unless another is asked for.</summary>
    public const int DefaultPort = 7400;

    /// <summary>
    /// Least memory a node starts with, in bytes: below it the index and the buffers leave no room for entries.
    /// </summary>
    public const long MinMemoryBytes = 8L << 20;

    /// <summary>Longest value that can be asked for, in bytes; RESP lengths and arrays end a little above it.</summary>
    public const int LargestValueBytes = 512 << 20;

    private const int MaxWordLength = 64;
    private const int MaxWeight = 1000;
    private const int MaxCopies = 5;

    /// <summary>Most tags that <see cref="MaxTags"/> may be.</summary>
    internal const int MostTags = 1 << 24;

    private string? _name;
    private long _memory = ShareOfMachine(2);

    /// <summary>
    /// TCP port, 0 to 65,535; 0 lets the system pick one (see <c>HengeNode.EndPoints</c>). Every address of
    /// <see cref="Bind"/> gets the same port. Default 7400. Ports below 1,024 need rights on most systems.
    /// </summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>
    /// Addresses to listen on; default loopback alone, because an open cache is an open door. An address off loopback
    /// needs a <see cref="Password"/>, or <see cref="Insecure"/>. Any and IPv6Any listen on every interface.
    /// </summary>
    public IList<IPAddress> Bind { get; } = new List<IPAddress> { IPAddress.Loopback };

    /// <summary>
    /// A name for people, in logs, INFO and the ring; default the machine's name. 1 to 64 printable characters without
    /// spaces. Where it is set it is also the node's identity, through restarts and changes of address, so no two nodes
    /// of a ring may be given the same one; where it is not, the advertised address is.
    /// </summary>
    public string Name
    {
        get => _name ?? Environment.MachineName;
        set => _name = value;
    }

    /// <summary>
    /// Bytes that everything the node holds may take: entries, index and connection buffers. Default half of what the
    /// container or machine grants, and a quarter in an application, which needs memory of its own; at least 8 MiB.
    /// Near the machine's whole memory the kernel kills the node or swaps; near the minimum almost nothing stays
    /// cached. Can be set while running; a lower limit evicts down to it.
    /// </summary>
    public long Memory
    {
        get => _memory;
        set => (_memory, IsMemoryGiven) = (value, true);
    }

    /// <summary>
    /// Most entries at once; 0 (default): bounded by <see cref="Memory"/> alone. Can be set while running.
    /// </summary>
    public long MaxEntries { get; set; }

    /// <summary>
    /// Longest value in bytes, 1 KiB to 512 MiB; default 64 MiB. One value is received, stored and sent as a whole, so
    /// a large limit lets one client take that much of the memory at once. Longer ones are refused by declared length.
    /// </summary>
    public int MaxValue { get; set; } = 64 << 20;

    /// <summary>Who is evicted when memory or entries reach their bound; default exact LRU.</summary>
    public EvictionPolicy Eviction { get; set; } = EvictionPolicy.Lru;

    /// <summary>
    /// Password of the default user for AUTH, HELLO and HTTP; null (default): none is asked. Give it by file or
    /// environment, never as an argument others can list. Can be set while running; those who are in stay in.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>Users, and the files that secrets and certificates come from.</summary>
    public SecurityOptions Security { get; } = new();

    /// <summary>
    /// Serves addresses off loopback without a password. Default false: the node refuses to start instead. Anyone who
    /// reaches the port may then read, change and delete everything.
    /// </summary>
    public bool Insecure { get; set; }

    /// <summary>
    /// Nodes of the ring to begin with, as host:port; default none, and then others may still join this one. One that
    /// is up is enough, the rest is learnt; those that are not up are tried again for ever. Names are resolved on every
    /// dial. Own addresses among them are no error.
    /// </summary>
    public IList<string> Peers { get; } = new List<string>();

    /// <summary>Sources that name such nodes while running: names, for fleets whose addresses change.</summary>
    public DiscoveryOptions Discovery { get; } = new();

    /// <summary>
    /// Where other nodes, and clients that follow the ring, reach this one: host or host:port. Null (default): the
    /// address it listens on, or where that is every address, the one this machine uses towards its peers.
    /// </summary>
    public string? Advertise { get; set; }

    /// <summary>
    /// Nodes that hold each key, 1 to 5; default 2: an owner and a replica. The same on every node of a ring. With 1 a
    /// node that crashes takes its keys with it; each more costs that much memory and network of every write.
    /// </summary>
    public int Copies { get; set; } = 2;

    /// <summary>Who must have a write before it is answered; default all live copies.</summary>
    public WriteAck WriteAck { get; set; } = WriteAck.All;

    /// <summary>
    /// Share of the keys relative to other nodes, 0 to 1,000; default 1. With 0 the node holds none and only routes.
    /// </summary>
    public int Weight { get; set; } = 1;

    /// <summary>
    /// Where the node stands: a rack, a data centre. Copies of a key go to different zones where there are several.
    /// Default none (empty); at most 64 printable characters without spaces.
    /// </summary>
    public string Zone { get; set; } = "";

    /// <summary>
    /// Name of the cluster, default "henge"; 1 to 64 printable characters without spaces. Nodes of different clusters
    /// refuse each other, so that two never merge by a wrong address.
    /// </summary>
    public string ClusterName { get; set; } = "henge";

    /// <summary>
    /// Secrets by which nodes of the cluster know each other, at least 8 characters each; any is accepted, the first is
    /// the one this node uses, so a secret is changed by adding the new one behind the old on every node, then putting
    /// it first, then dropping the old. Default none, which is allowed on loopback only (or with
    /// <see cref="Insecure"/>). Give them by file or environment, never as an argument others can list.
    /// </summary>
    public IList<string> ClusterSecrets { get; } = new List<string>();

    /// <summary>
    /// Longest time that a stop waits until others hold what this node held; default 20 s, which leaves room in the 30
    /// s that orchestrators commonly grant. 0 goes at once; the other copies then take over.
    /// </summary>
    public TimeSpan LeaveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// In an application: longest time that its start waits until the node has joined the ring; default 30 s, 0 to an
    /// hour. Peers that do not answer take two seconds of it. When it is over the application starts all the same, and
    /// the node goes on joining; until then calls on the cache fail after five seconds and the health check says so.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// In an application: how long HybridCache and HengeCache wait for the owner of a key, more than 0 to 5 s; default
    /// 2 s. Then a read calls the factory, whose value is served and not stored, or says that nobody knows. A process
    /// that is killed is replaced within the default, a host that falls silent after 4 s. Where it is below what a busy
    /// owner takes, factories are called for what the ring has, in several processes at once.
    /// </summary>
    public TimeSpan RingTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// In an application: stands before every key that its caches use, so that applications can share a ring; default
    /// none (empty), at most 1,024 bytes of UTF-8. Redis clients and HTTP see the whole key. Keys with a part in braces
    /// keep to the slot of that part (as in Redis Cluster).
    /// </summary>
    public string KeyPrefix { get; set; } = "";

    /// <summary>
    /// In an application: bytes that its caches may keep in the process beside the node, 0 to 1 TiB; default 32 MiB. On
    /// the GC heap and not part of <see cref="Memory"/>; an entry counts its serialized value, its key and 200 bytes.
    /// 0: every read goes to the ring. More than the hot values need only makes collections longer.
    /// </summary>
    public long FirstLevelBytes { get; set; } = 32L << 20;

    /// <summary>
    /// In an application: how long what HybridCache and HengeCache store lives where the caller does not say; default 5
    /// minutes, more than zero. IDistributedCache has a default of its own: for ever.
    /// </summary>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// I/O loop threads, 1 to 256; 0 (default): half of the processors, at least one, since the kernel's network work
    /// takes the other half. More loops than processors only adds switches.
    /// </summary>
    public int Loops { get; set; }

    /// <summary>
    /// Stripes of the store, a power of two from 1 to 256; 0 (default) lets the store choose. With one shard LRU is
    /// exact over all entries but all loops share one lock; with many it is exact within each.
    /// </summary>
    public int Shards { get; set; }

    /// <summary>How connections are served; default the fastest that the system has.</summary>
    public TransportKind Transport { get; set; } = TransportKind.Auto;

    /// <summary>
    /// Invalidated tags, and sets of them, that the node remembers, 1 to 16,777,216; default 65,536. The same on every
    /// node: the least counts. Beyond it the oldest are forgotten, and every entry with any tag that is as old is taken
    /// for invalidated, too: few make misses, many cost about 200 bytes and the tag each, of <see cref="Memory"/>.
    /// </summary>
    public int MaxTags { get; set; } = 65_536;

    /// <summary>What connections may take of time and memory.</summary>
    public ClientLimits Limits { get; } = new();

    /// <summary>
    /// Directory in which a node that stops keeps what it holds, and from which the next start reads it back; made
    /// where there is none. Default none (null): a restart is an empty cache. Each node needs one of its own. It takes
    /// as much as the entries do, twice while one is written, and whoever reads the files reads the entries.
    /// </summary>
    public string? DataDirectory { get; set; }

    /// <summary>
    /// Answers DEBUG (fault injection, what Redis's own tests need), from loopback only. Default false: DEBUG can stop
    /// or crash the node.
    /// </summary>
    public bool EnableDebugCommands { get; set; }

    /// <summary>
    /// Database numbers that SELECT accepts, 1 to 16; default 1. All of them are the one key space: applications that
    /// insist on SELECT run, but their databases are not apart.
    /// </summary>
    public int Databases { get; set; } = 1;

    /// <summary>How the node shows itself to Redis clients; default as a cluster.</summary>
    public RedisMode RedisMode { get; set; } = RedisMode.Auto;

    /// <summary>
    /// Commands that take at least so many microseconds go to SLOWLOG; default 10,000; 0 logs all, negative none. Can
    /// be set while running.
    /// </summary>
    public long SlowLogMicroseconds { get; set; } = 10_000;

    /// <summary>Commands that SLOWLOG remembers, 0 to 10,000; default 128. Can be set while running.</summary>
    public int SlowLogMaxEntries { get; set; } = 128;

    /// <summary>Whether figures for metrics are counted and shown (docs/metrics.md); default true.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>Checks everything once.</summary>
    /// <returns>Null when the node can start; else one line that says what is wrong and how to mend it.</returns>
    public string? Validate()
    {
        if (Port is < 0 or > ushort.MaxValue)
        {
            return $"port {Port} is not a port: give 0 (pick one) to 65535";
        }
        if (Bind.Count == 0)
        {
            return "no address to listen on: give at least one, such as 127.0.0.1";
        }
        if (Name.Length == 0 || !IsWord(Name))
        {
            return "the name must be 1 to 64 printable characters without spaces";
        }
        if (Loops is < 0 or > 256)
        {
            return $"loops {Loops} is out of range: give 1 to 256, or 0 to let the node choose";
        }
        if (!Enum.IsDefined(Transport) || (Transport == TransportKind.Epoll && !OperatingSystem.IsLinux()))
        {
            return $"transport {Transport} is not available on this system: give auto or sockets";
        }
        if (Databases is < 1 or > 16)
        {
            return $"databases {Databases} is out of range: give 1 to 16";
        }
        if (SlowLogMaxEntries is < 0 or > 10_000)
        {
            return $"slow log length {SlowLogMaxEntries} is out of range: give 0 to 10000";
        }
        if (DataDirectory is { Length: 0 })
        {
            return "the data directory is empty: name one, or none at all";
        }
        return ValidateStore() ?? Security.Validate(this) ?? ValidatePeers() ?? Discovery.Validate()
            ?? ValidateRing() ?? ApplicationRules.Validate(this) ?? Limits.Validate(MaxValue);
    }

    /// <summary>Whether <see cref="Name"/> was set, and so is the node's identity.</summary>
    internal bool IsNamed => _name is not null;

    /// <summary>Whether <see cref="Memory"/> was set.</summary>
    internal bool IsMemoryGiven { get; private set; }

    /// <summary>Loops to run: what was asked for, or half of the processors.</summary>
    internal int EffectiveLoops => Loops > 0 ? Loops : Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>The store's part.</summary>
    internal StoreOptions ToStoreOptions() => new()
    {
        MemoryBytes = Memory,
        MaxEntries = MaxEntries,
        MaxValueBytes = MaxValue,
        Shards = Shards,
        Eviction = Eviction,
        Slots = new NodeSlots(),
        RemembersDepartures = Metrics,
        SimulatesSizes = Metrics,
        NotesTops = Metrics,
    };

    /// <summary>
    /// A part of what the container grants, or without a limit the machine has.
    /// </summary>
    internal static long ShareOfMachine(int parts) =>
        Math.Max(MinMemoryBytes, MachineMemory.Bytes / parts);

    private string? ValidateStore()
    {
        if (Memory < MinMemoryBytes)
        {
            return $"memory {Memory} bytes is too small: give at least {MinMemoryBytes >> 20}mb";
        }
        if (MaxEntries < 0)
        {
            return $"max-entries {MaxEntries} is negative: give 0 for no bound";
        }
        if (MaxTags is < 1 or > MostTags)
        {
            return $"max-tags {MaxTags} is out of range: give 1 to {MostTags}";
        }
        if (MaxValue is < 1024 or > LargestValueBytes)
        {
            return $"max-value {MaxValue} bytes is out of range: give 1kb to {LargestValueBytes >> 20}mb";
        }
        if (Shards is < 0 or > 256 || (Shards & (Shards - 1)) != 0)
        {
            return $"shards {Shards} is not a power of two from 1 to 256 (0 lets the node choose)";
        }
        return Enum.IsDefined(Eviction) ? null : $"eviction {Eviction} is not a policy: give lru, s3fifo or tinylfu";
    }

    private string? ValidateRing()
    {
        if (Copies is < 1 or > MaxCopies)
        {
            return $"copies {Copies} is out of range: give 1 to {MaxCopies}";
        }
        if (Weight is < 0 or > MaxWeight)
        {
            return $"weight {Weight} is out of range: give 1 to {MaxWeight}, or 0 to hold nothing and only route";
        }
        if (!Enum.IsDefined(WriteAck))
        {
            return $"write-ack {WriteAck} is unknown: give all or owner";
        }
        if (!IsWord(Zone))
        {
            return $"the zone must be at most {MaxWordLength} printable characters without spaces";
        }
        if (ClusterName.Length == 0 || !IsWord(ClusterName))
        {
            return $"the cluster name must be 1 to {MaxWordLength} printable characters without spaces";
        }
        if (LeaveTimeout < TimeSpan.Zero || LeaveTimeout > TimeSpan.FromHours(1))
        {
            return $"leave-timeout {LeaveTimeout} is out of range: give 0 to an hour";
        }
        return Advertise is null || OwnAddress.IsHostWithPort(Advertise) ? null
            : $"advertise '{Advertise}' is not an address: give host or host:port, such as 10.0.0.5:7400";
    }

    private static bool IsWord(string text) =>
        text.Length <= MaxWordLength && text.All(static c => c > ' ' && !char.IsControl(c) && !char.IsWhiteSpace(c));

    private string? ValidatePeers()
    {
        foreach (string peer in Peers)
        {
            int colon = peer.LastIndexOf(':');
            if (colon <= 0 || peer.AsSpan().ContainsAny(' ', '/')
                || !ushort.TryParse(peer.AsSpan(colon + 1), out ushort port) || port == 0)
            {
                return $"peer '{peer}' is not an address: give host:port, such as localhost:7401";
            }
        }
        return null;
    }
}

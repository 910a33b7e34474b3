using Henge.Server.CommandLine;

namespace Henge.Server.Serve;

/// <summary>Every option of a node, in the order of help and of docs/command-line.md.</summary>
internal static class ServeOptions
{
    private const string Network = "Network";
    private const string Memory = "Memory";
    private const string Clients = "Clients";
    private const string Node = "Node";

    /// <summary>--port</summary>
    public static readonly CommandOption Port = new()
    {
        Name = "port",
        Kind = OptionKind.Integer,
        ValueName = "PORT",
        Default = "7400",
        Maximum = 65535,
        Group = Network,
        Help = "TCP port for Redis clients and HTTP alike. 0 picks a free one and prints it.",
    };

    /// <summary>--bind</summary>
    public static readonly CommandOption Bind = new()
    {
        Name = "bind",
        Kind = OptionKind.List,
        ValueName = "ADDRESS,…",
        Default = "127.0.0.1",
        Group = Network,
        Help = "Addresses to listen on; * means every one. Off loopback a password is required (or --insecure).",
    };

    /// <summary>--transport</summary>
    public static readonly CommandOption Transport = new()
    {
        Name = "transport",
        Kind = OptionKind.Choice,
        ValueName = "KIND",
        Default = "auto",
        Choices = ["auto", "epoll", "sockets"],
        Group = Network,
        Help = "How connections are served: epoll (Linux), sockets (every system), or auto, the faster there is.",
    };

    /// <summary>--loops</summary>
    public static readonly CommandOption Loops = new()
    {
        Name = "loops",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "0",
        Maximum = 256,
        DefaultWords = "half of the processors",
        Group = Network,
        Help = "Threads that serve connections.",
    };

    /// <summary>--memory</summary>
    public static readonly CommandOption MemoryLimit = new()
    {
        Name = "memory",
        Kind = OptionKind.Memory,
        ValueName = "SIZE",
        Default = "50%",
        Minimum = HengeOptions.MinMemoryBytes,
        Group = Memory,
        Help = "What entries, index and buffers may take together. A share is of the container's or machine's memory.",
    };

    /// <summary>--max-entries</summary>
    public static readonly CommandOption MaxEntries = new()
    {
        Name = "max-entries",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "0",
        DefaultWords = "no bound",
        Group = Memory,
        Help = "Most entries at once; 0 leaves the bound to --memory alone.",
    };

    /// <summary>--max-tags</summary>
    public static readonly CommandOption MaxTags = new()
    {
        Name = "max-tags",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "65536",
        Minimum = 1,
        Maximum = HengeOptions.MostTags,
        Group = Memory,
        Help = "Invalidated tags that are remembered; of more, what is tagged and as old as the oldest goes, too.",
    };

    /// <summary>--max-value</summary>
    public static readonly CommandOption MaxValue = new()
    {
        Name = "max-value",
        Kind = OptionKind.Size,
        ValueName = "SIZE",
        Default = "64mb",
        Minimum = 1024,
        Maximum = HengeOptions.LargestValueBytes,
        Group = Memory,
        Help = "Longest value that is accepted.",
    };

    /// <summary>--eviction</summary>
    public static readonly CommandOption Eviction = new()
    {
        Name = "eviction",
        Kind = OptionKind.Choice,
        ValueName = "POLICY",
        Default = "lru",
        Choices = ["lru", "s3fifo", "tinylfu"],
        Group = Memory,
        Help = "Who goes when memory or entries reach their bound. lru is exact in a shard; docs/storage.md compares.",
    };

    /// <summary>--shards</summary>
    public static readonly CommandOption Shards = new()
    {
        Name = "shards",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "0",
        Maximum = 256,
        DefaultWords = "by cores and memory",
        Group = Memory,
        Help = "Stripes of the store, a power of two. With 1, LRU is exact over all entries.",
    };

    /// <summary>--password-file</summary>
    public static readonly CommandOption PasswordFile = new()
    {
        Name = "password-file",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Clients,
        Help = "File whose first line is the password for AUTH and HTTP.",
    };

    /// <summary>HENGE_PASSWORD</summary>
    public static readonly CommandOption Password = new()
    {
        Name = "password",
        Kind = OptionKind.Text,
        Group = Clients,
        IsSecret = true,
        Help = "The password itself; in the environment alone. --password-file goes before it.",
    };

    /// <summary>--users-file</summary>
    public static readonly CommandOption UsersFile = new()
    {
        Name = "users-file",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Clients,
        Help = "File with named users, their roles and keys, one a line as `henge user` prints it.",
    };

    /// <summary>--insecure</summary>
    public static readonly CommandOption Insecure = new()
    {
        Name = "insecure",
        Kind = OptionKind.Switch,
        Group = Clients,
        Help = "Serve off loopback without a password: all who reach the port may read and delete everything.",
    };

    /// <summary>--max-clients</summary>
    public static readonly CommandOption MaxClients = new()
    {
        Name = "max-clients",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "10000",
        Minimum = 1,
        Maximum = 1_000_000,
        Alias = "maxclients",
        Group = Clients,
        Help = "Connections at once.",
    };

    /// <summary>--idle-timeout</summary>
    public static readonly CommandOption IdleTimeout = new()
    {
        Name = "idle-timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "0",
        DefaultWords = "never",
        Group = Clients,
        Help = "Close a client that sends nothing for so long; subscribers are exempt.",
    };

    /// <summary>--command-timeout</summary>
    public static readonly CommandOption CommandTimeout = new()
    {
        Name = "command-timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "10s",
        Minimum = 1,
        Group = Clients,
        Help = "Close a client whose command stays incomplete for so long.",
    };

    /// <summary>--dead-peer-timeout</summary>
    public static readonly CommandOption DeadPeerTimeout = new()
    {
        Name = "dead-peer-timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "60s",
        Minimum = 1000,
        Group = Clients,
        Help = "Close a connection whose other side acknowledges nothing for so long.",
    };

    /// <summary>--redis-mode</summary>
    public static readonly CommandOption RedisMode = new()
    {
        Name = "redis-mode",
        Kind = OptionKind.Choice,
        ValueName = "MODE",
        Default = "auto",
        Choices = ["auto", "cluster", "standalone"],
        Group = Clients,
        Help = "How the node shows itself to Redis clients; auto means cluster.",
    };

    /// <summary>--databases</summary>
    public static readonly CommandOption Databases = new()
    {
        Name = "databases",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "1",
        Minimum = 1,
        Maximum = 16,
        Group = Clients,
        Help = "Numbers that SELECT accepts. All are the one key space.",
    };

    /// <summary>--name</summary>
    public static readonly CommandOption Name = new()
    {
        Name = "name",
        Kind = OptionKind.Text,
        ValueName = "NAME",
        DefaultWords = "the machine's name",
        Group = Node,
        Help = "What people call this node. Where it is given, it is also the node's identity in the ring.",
    };

    /// <summary>--data-dir</summary>
    public static readonly CommandOption DataDirectory = new()
    {
        Name = "data-dir",
        Kind = OptionKind.Text,
        ValueName = "DIRECTORY",
        DefaultWords = "none: a restart is an empty cache",
        Group = Node,
        Help = "Where a node that stops keeps what it holds, and the next start finds it. Each needs one of its own.",
    };

    /// <summary>--log-level</summary>
    public static readonly CommandOption LogLevel = new()
    {
        Name = "log-level",
        Kind = OptionKind.Choice,
        ValueName = "LEVEL",
        Default = "info",
        Choices = ["trace", "debug", "info", "warning", "error", "none"],
        Group = Node,
        Help = "Least level that is written to standard error.",
    };

    /// <summary>--slowlog-slower-than</summary>
    public static readonly CommandOption SlowLogSlowerThan = new()
    {
        Name = "slowlog-slower-than",
        Kind = OptionKind.Integer,
        ValueName = "MICROSECONDS",
        Default = "10000",
        Minimum = -1,
        Group = Node,
        Help = "Commands that take so long go to SLOWLOG; 0 logs all, -1 none.",
    };

    /// <summary>--slowlog-max-len</summary>
    public static readonly CommandOption SlowLogMaxLen = new()
    {
        Name = "slowlog-max-len",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "128",
        Maximum = 10_000,
        Group = Node,
        Help = "Commands that SLOWLOG remembers.",
    };

    /// <summary>--metrics</summary>
    public static readonly CommandOption Metrics = new()
    {
        Name = "metrics",
        Kind = OptionKind.Choice,
        ValueName = "on|off",
        Default = "on",
        Choices = ["on", "off"],
        Group = Node,
        Help = "Count for metrics, and answer /metrics. OpenTelemetry's variables have them sent (docs/metrics.md).",
    };

    /// <summary>--stop-timeout</summary>
    public static readonly CommandOption StopTimeout = new()
    {
        Name = "stop-timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "20s",
        Minimum = 1,
        Group = Node,
        Help = "Longest that SIGTERM and Ctrl-C wait for what was accepted; a second one ends at once.",
    };

    /// <summary>--debug-commands</summary>
    public static readonly CommandOption DebugCommands = new()
    {
        Name = "debug-commands",
        Kind = OptionKind.Switch,
        Group = Node,
        Help = "Answer DEBUG, from loopback only. It can stall or end the node; it is there for tests.",
    };

    /// <summary>--config</summary>
    public static readonly CommandOption Config = new()
    {
        Name = "config",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Group = Node,
        Help = "JSON file with any of these options under their JSON names.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
    [
        Port, Bind, Transport, Loops,
        .. RingOptions.All,
        MemoryLimit, MaxEntries, MaxTags, MaxValue, Eviction, Shards,
        PasswordFile, Password, UsersFile, .. TlsOptions.All, Insecure,
        MaxClients, IdleTimeout, CommandTimeout, DeadPeerTimeout,
        RedisMode, Databases,
        Name, DataDirectory, LogLevel, SlowLogSlowerThan, SlowLogMaxLen, Metrics, StopTimeout, DebugCommands, Config,
    ];
}

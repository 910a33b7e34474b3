using Henge.Server.Client;
using Henge.Server.CommandLine;

namespace Henge.Server.Bench;

/// <summary>The options of <c>henge bench</c>.</summary>
internal static class BenchOptions
{
    private const string Load = "Load";

    /// <summary>--clients</summary>
    public static readonly CommandOption Clients = new()
    {
        Name = "clients",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "50",
        Minimum = 1,
        Maximum = 10_000,
        Group = Load,
        FlagOnly = true,
        Help = "Connections.",
    };

    /// <summary>--pipeline</summary>
    public static readonly CommandOption Pipeline = new()
    {
        Name = "pipeline",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "1",
        Minimum = 1,
        Maximum = 10_000,
        Group = Load,
        FlagOnly = true,
        Help = "Commands that a connection sends before it waits for their replies.",
    };

    /// <summary>--duration</summary>
    public static readonly CommandOption RunTime = new()
    {
        Name = "duration",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "10s",
        Minimum = 1,
        Group = Load,
        FlagOnly = true,
        Help = "How long to run, unless --requests says how many.",
    };

    /// <summary>--requests</summary>
    public static readonly CommandOption Requests = new()
    {
        Name = "requests",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Minimum = 1,
        Maximum = 1_000_000_000_000,
        Group = Load,
        FlagOnly = true,
        Help = "How many commands to send, however long it takes.",
    };

    /// <summary>--rate</summary>
    public static readonly CommandOption Rate = new()
    {
        Name = "rate",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Minimum = 1,
        Maximum = 100_000_000,
        Group = Load,
        DefaultWords = "as fast as replies come",
        FlagOnly = true,
        Help = "Commands per second on a fixed schedule (open loop): latency counts from when a command was due.",
    };

    /// <summary>--threads</summary>
    public static readonly CommandOption Threads = new()
    {
        Name = "threads",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Minimum = 1,
        Maximum = 256,
        Group = Load,
        DefaultWords = "half of the processors",
        FlagOnly = true,
        Help = "Threads that share the connections.",
    };

    /// <summary>--keys</summary>
    public static readonly CommandOption Keys = new()
    {
        Name = "keys",
        Kind = OptionKind.Integer,
        ValueName = "N",
        Default = "1000000",
        Minimum = 1,
        Maximum = 999_999_999_999,
        Group = Load,
        FlagOnly = true,
        Help = "Different keys of 16 bytes, drawn evenly (key:000000000000 and on).",
    };

    /// <summary>--size</summary>
    public static readonly CommandOption Size = new()
    {
        Name = "size",
        Kind = OptionKind.Size,
        ValueName = "SIZE",
        Default = "100",
        Maximum = HengeOptions.LargestValueBytes,
        Group = Load,
        FlagOnly = true,
        Help = "Bytes of a value.",
    };

    /// <summary>--ratio</summary>
    public static readonly CommandOption Ratio = new()
    {
        Name = "ratio",
        Kind = OptionKind.Ratio,
        ValueName = "GET:SET",
        Default = "9:1",
        Group = Load,
        FlagOnly = true,
        Help = "How many GET for how many SET.",
    };

    /// <summary>--no-prefill</summary>
    public static readonly CommandOption NoPrefill = new()
    {
        Name = "no-prefill",
        Kind = OptionKind.Switch,
        Group = Load,
        FlagOnly = true,
        Help = "Start without setting every key first.",
    };

    /// <summary>--json</summary>
    public static readonly CommandOption Json = new()
    {
        Name = "json",
        Kind = OptionKind.Switch,
        Group = Load,
        FlagOnly = true,
        Help = "Print the result as one JSON object.",
    };

    /// <summary>All of them, and where the node is.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
    [
        Clients, Pipeline, RunTime, Requests, Rate, Threads, Keys, Size, Ratio, NoPrefill, Json,
        .. ClientOptions.All.Select(option => option with { Group = "Node" }),
    ];
}

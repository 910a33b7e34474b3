using System.Globalization;
using System.Net;

using Henge.Storage.Eviction;

namespace Henge.Commands.Server;

/// <summary>
/// The names that CONFIG knows: those that act here, and those that Redis clients ask for, with the truth about this
/// node. What cannot change while running still takes the value that it has, because clients set what they rely on.
/// </summary>
internal static class ConfigTable
{
    /// <summary>What CONFIG GET requirepass shows in place of a password.</summary>
    private const string Hidden = "(hidden)";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConfigParameter> All { get; } =
    [
        Memory("maxmemory", static n => n.Store.MemoryBytes, HengeOptions.MinMemoryBytes, long.MaxValue, SetMemory),
        Number("max-entries", static n => n.Store.MaxEntries, 0, long.MaxValue, SetMaxEntries),
        Fixed("maxmemory-policy", static n => PolicyName(n.Options.Eviction)),
        Fixed("maxmemory-clients", static _ => "0"),
        Number("maxclients", static n => n.Options.Limits.MaxClients, 1, 1_000_000,
            static (n, v) => n.Options.Limits.MaxClients = (int)v),
        Number("timeout", static n => (long)n.Options.Limits.IdleTimeout.TotalSeconds, 0, int.MaxValue,
            static (n, v) => n.Options.Limits.IdleTimeout = TimeSpan.FromSeconds(v)),
        Number("tcp-keepalive", static n => (long)n.Options.Limits.DeadPeerTimeout.TotalSeconds, 1, 86_400,
            static (n, v) => n.Options.Limits.DeadPeerTimeout = TimeSpan.FromSeconds(v)),
        Number("slowlog-log-slower-than", static n => n.Options.SlowLogMicroseconds, -1, long.MaxValue,
            static (n, v) => n.Options.SlowLogMicroseconds = v),
        Number("slowlog-max-len", static n => n.Options.SlowLogMaxEntries, 0, 10_000, SetSlowLogLength),
        Number("max-subscriptions", static n => n.Options.Limits.MaxSubscriptions, 1, int.MaxValue,
            static (n, v) => n.Options.Limits.MaxSubscriptions = (int)v),
        new("client-output-buffer-limit", OutputLimits.Read, OutputLimits.Check, OutputLimits.Apply),
        new("requirepass", static n => n.Options.Password is null ? "" : Hidden, CheckPassword, SetPassword),
        Fixed("client-query-buffer-limit", static n => n.Options.Limits.InputBytes),
        Fixed("proto-max-bulk-len", static n => n.Options.MaxValue),
        Fixed("databases", static n => n.Options.RedisMode == RedisMode.Standalone ? 16 : n.Options.Databases),
        Fixed("port", static n => n.EndPoints.Count == 0 ? n.Options.Port : n.EndPoints[0].Port),
        Fixed("bind", static n => string.Join(' ', n.Options.Bind)),
        Fixed("io-threads", static n => n.Options.EffectiveLoops),
        Fixed("cluster-enabled", static n => n.Options.RedisMode == RedisMode.Standalone ? "no" : "yes"),
        Fixed("enable-debug-command", static n => n.Options.EnableDebugCommands ? "local" : "no"),
        Fixed("protected-mode", static n => n.Options.Insecure ? "no" : "yes"),
        Fixed("replica-read-only", static _ => "yes"),
        Fixed("slave-read-only", static _ => "yes"),
        Fixed("min-replicas-to-write", static _ => "0"),
        Fixed("save", static _ => ""),
        Fixed("appendonly", static _ => "no"),
        Fixed("dir", static _ => ""),
        Fixed("dbfilename", static _ => ""),
        Fixed("notify-keyspace-events", static _ => ""),
        Fixed("latency-monitor-threshold", static _ => "0"),
        Fixed("tls-port", static _ => "0"),
        Fixed("unixsocket", static _ => ""),
    ];

    /// <summary>The parameter of that name in any case; null when there is none.</summary>
    public static ConfigParameter? Find(string name)
    {
        foreach (ConfigParameter parameter in All)
        {
            if (string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return parameter;
            }
        }
        return null;
    }

    /// <summary>A policy in Redis's words where it has one.</summary>
    public static string PolicyName(EvictionPolicy policy) => policy switch
    {
        EvictionPolicy.Lru => "allkeys-lru",
        EvictionPolicy.TinyLfu => "allkeys-lfu",
        _ => "allkeys-" + policy.ToString().ToLowerInvariant(),
    };

    /// <summary>Reads bytes as Redis does: a number, and perhaps b, k, kb, m, mb, g or gb.</summary>
    public static bool TryReadBytes(string text, out long bytes)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }
        long unit = text[digits..].ToLowerInvariant() switch
        {
            "" or "b" => 1,
            "k" => 1000,
            "kb" => 1L << 10,
            "m" => 1_000_000,
            "mb" => 1L << 20,
            "g" => 1_000_000_000,
            "gb" => 1L << 30,
            _ => 0,
        };
        bytes = 0;
        ReadOnlySpan<char> number = text.AsSpan(0, digits);
        if (unit == 0 || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long n)
            || n > long.MaxValue / unit)
        {
            return false;
        }
        bytes = n * unit;
        return true;
    }

    private static ConfigParameter Fixed(string name, Func<HengeNode, string> get) => new(name, get);

    private static ConfigParameter Fixed(string name, Func<HengeNode, long> get) =>
        new(name, node => get(node).ToString(CultureInfo.InvariantCulture));

    private static ConfigParameter Number(
        string name, Func<HengeNode, long> get, long least, long most, Action<HengeNode, long> set) => new(
            name,
            node => get(node).ToString(CultureInfo.InvariantCulture),
            (_, text) =>
                !TryReadNumber(text, out long value) ? "argument couldn't be parsed into an integer"
                : value < least || value > most ? $"argument must be between {least} and {most} inclusive"
                : null,
            (node, text) =>
            {
                TryReadNumber(text, out long value);
                set(node, value);
            });

    private static ConfigParameter Memory(
        string name, Func<HengeNode, long> get, long least, long most, Action<HengeNode, long> set) => new(
            name,
            node => get(node).ToString(CultureInfo.InvariantCulture),
            (_, text) =>
                !TryReadBytes(text, out long value) ? "argument must be a memory value"
                : value < least || value > most ? $"argument must be between {least} and {most} inclusive"
                : null,
            (node, text) =>
            {
                TryReadBytes(text, out long value);
                set(node, value);
            });

    private static bool TryReadNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static void SetMemory(HengeNode node, long bytes)
    {
        node.Options.Memory = bytes;
        node.Store.MemoryBytes = bytes;
    }

    private static void SetMaxEntries(HengeNode node, long entries)
    {
        node.Options.MaxEntries = entries;
        node.Store.MaxEntries = entries;
    }

    private static void SetSlowLogLength(HengeNode node, long length)
    {
        node.Options.SlowLogMaxEntries = (int)length;
        node.SlowLog.Trim();
    }

    private static string? CheckPassword(HengeNode node, string password)
    {
        if (password.Length != 0 || node.Options.Insecure)
        {
            return null;
        }
        foreach (IPAddress address in node.Options.Bind)
        {
            if (!IPAddress.IsLoopback(address))
            {
                return "a node that other machines reach must have a password";
            }
        }
        return null;
    }

    private static void SetPassword(HengeNode node, string password) =>
        node.Options.Password = password.Length == 0 ? null : password;
}

namespace Henge.Tests.Commands.Differential;

/// <summary>
/// One way in which Henge answers otherwise than the Redis 7.0 at hand, on purpose; docs/commands.md has them too.
/// </summary>
/// <param name="Reason">Why.</param>
/// <param name="Applies">Whether it explains the two replies (Redis's first) to a command.</param>
internal sealed record KnownDifference(string Reason, Func<string[], string, string, bool> Applies)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new("time passes between the two calls",
            (words, redis, henge) => words[0] is "TTL" or "PTTL" or "EXPIRETIME" or "PEXPIRETIME"
                && Number(redis) > 0 && Math.Abs(Number(redis) - Number(henge)) <= 60_000),
        new("no expiry is later than 2^48 - 1 ms, the year 10889",
            (words, redis, henge) => words[0] is "TTL" or "PTTL" or "EXPIRETIME" or "PEXPIRETIME"
                && Number(redis) > Number(henge) && Number(henge) > 200_000_000_000),
        new("the choice is random",
            (words, redis, henge) => words[0] is "RANDOMKEY" or "HRANDFIELD" && redis[0] == henge[0]),
        new("Redis 7.2 and later read the arguments of BITCOUNT before the key",
            (words, _, henge) => words[0] is "BITCOUNT" && henge[0] == '-'),
        new("Redis shares small integers", (words, redis, _) => words is ["OBJECT", "REFCOUNT", _] && redis[0] == ':'),
        new("the time of the last use is not kept",
            (words, _, henge) => words is ["OBJECT", "IDLETIME", _] && henge == ":0\r\n"),
        new("an entry takes other bytes here, and none once it has expired",
            (words, redis, henge) => words is ["MEMORY", "USAGE", ..] && redis[0] == ':' && henge[0] != '-'),
        new("expired entries count until they are swept, at different times",
            (words, redis, henge) => words is ["DBSIZE"] && redis[0] == ':' && henge[0] == ':'),
        new("the longest string is --max-value, 64 MiB unless set, and not 512 MB",
            (words, _, henge) => words[0] is "SETRANGE" or "SETBIT" or "GETBIT" or "LCS"
                && (henge.Contains("maximum allowed size", StringComparison.Ordinal)
                    || henge.Contains("bit offset", StringComparison.Ordinal))),
    ];

    private static long Number(string reply) => reply[0] == ':' ? long.Parse(reply.AsSpan(1).TrimEnd()) : 0;
}

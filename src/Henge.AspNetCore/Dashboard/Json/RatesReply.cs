namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>What a member did between the last two looks, per second.</summary>
internal sealed class RatesReply
{
    /// <summary>Operations by group of commands; <c>http</c> are requests over HTTP.</summary>
    public required IReadOnlyDictionary<string, double> Operations { get; init; }

    /// <summary>Reads that found their key.</summary>
    public double Hits { get; init; }

    /// <summary>Reads that did not, by why.</summary>
    public required IReadOnlyDictionary<string, double> Misses { get; init; }

    /// <summary>Entries evicted.</summary>
    public double Evicted { get; init; }

    /// <summary>Entries whose time was over.</summary>
    public double Expired { get; init; }

    /// <summary>Error replies to Redis clients.</summary>
    public double Errors { get; init; }

    /// <summary>Bytes received from Redis clients.</summary>
    public double ReceivedBytes { get; init; }

    /// <summary>Bytes sent to Redis clients.</summary>
    public double SentBytes { get; init; }

    /// <summary>Microseconds that half of the commands took at most; null without any.</summary>
    public double? CommandP50 { get; init; }

    /// <summary>The same for 99 of 100.</summary>
    public double? CommandP99 { get; init; }

    /// <summary>Microseconds that half of the HTTP requests took at most; null without any.</summary>
    public double? HttpP50 { get; init; }

    /// <summary>The same for 99 of 100.</summary>
    public double? HttpP99 { get; init; }
}

namespace Henge.Diagnostics;

/// <summary>One slow command, as SLOWLOG GET shows it.</summary>
internal sealed class SlowLogEntry
{
    /// <summary>Rising number, never used again until the node ends.</summary>
    public required long Id { get; init; }

    /// <summary>When it ended, in unix seconds.</summary>
    public required long UnixSeconds { get; init; }

    /// <summary>How long it took.</summary>
    public required long Microseconds { get; init; }

    /// <summary>Its words, shortened, without secrets.</summary>
    public required byte[][] Words { get; init; }

    /// <summary>Address and port of the client.</summary>
    public required string Client { get; init; }

    /// <summary>CLIENT SETNAME.</summary>
    public required byte[] ClientName { get; init; }

    /// <summary>About what it takes in memory, in bytes.</summary>
    public required int Bytes { get; init; }
}

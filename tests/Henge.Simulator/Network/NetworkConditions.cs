namespace Henge.Simulator.Network;

/// <summary>How the network of a run behaves while nothing is wrong with it.</summary>
internal sealed record NetworkConditions
{
    /// <summary>Least time of one way.</summary>
    public long MinDelayUs { get; init; } = 100;

    /// <summary>Mean of what is added to it, exponentially distributed.</summary>
    public long MeanExtraUs { get; init; } = 150;

    /// <summary>How often a message is late by <see cref="SpikeUs"/>: what a lost packet looks like over TCP.</summary>
    public double SpikeChance { get; init; }

    /// <summary>The least retransmission timeout of TCP.</summary>
    public long SpikeUs { get; init; } = 200_000;

    /// <summary>Of each control and data connection.</summary>
    public long BytesPerSecond { get; init; } = 100_000_000;

    /// <summary>Of each bulk connection: how long transfers take.</summary>
    public long BulkBytesPerSecond { get; init; } = 100_000_000;

    /// <summary>How long sent bytes may go unacknowledged before their sender gives the connection up.</summary>
    public long UserTimeoutUs { get; init; } = 5_000_000;

    /// <summary>
    /// After how long an end finds, though it sends nothing, that the other is closed: TCP's keepalive as nodes set it.
    /// </summary>
    public long KeepAliveUs { get; init; } = 5_000_000;

    /// <summary>How long a dial, or the hello after it, may take.</summary>
    public long DialTimeoutUs { get; init; } = 1_000_000;

    /// <summary>
    /// Unsent bytes of a connection beyond which sending fails; a message into an empty queue always goes.
    /// </summary>
    public long QueueBytes { get; init; } = 1 << 20;
}

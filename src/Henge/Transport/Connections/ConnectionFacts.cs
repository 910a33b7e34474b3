using Henge.Sessions;

namespace Henge.Transport.Connections;

/// <summary>What <see cref="ConnectionTimes"/> has to know of a connection to judge it.</summary>
internal readonly ref struct ConnectionFacts
{
    /// <summary>The first bytes have not yet said which protocol is spoken.</summary>
    public bool IsUndecided { get; init; }

    /// <summary>A password is asked and has not been shown.</summary>
    public bool AwaitsPassword { get; init; }

    /// <summary>It waits for messages, so silence is its business.</summary>
    public bool IsSubscriber { get; init; }

    /// <summary>Bytes received of the command that is incomplete.</summary>
    public long InputBytes { get; init; }

    /// <summary>Bytes that command needs before it can go on, as far as known.</summary>
    public long WantedBytes { get; init; }

    /// <summary>Bytes that wait to be sent.</summary>
    public long OutputBytes { get; init; }

    /// <summary>Bytes the kernel has taken since the connection was made.</summary>
    public long SentBytes { get; init; }

    /// <summary>The facts of a connection.</summary>
    public static ConnectionFacts Of(
        ConnectionHost host, RespSession session, bool isUndecided, int inputBytes, long sentBytes) => new()
        {
            IsUndecided = isUndecided,
            AwaitsPassword = host.AwaitsPassword(session),
            IsSubscriber = session.Subscriber is { Count: > 0 },
            InputBytes = inputBytes,
            WantedBytes = session.WantedBytes,
            OutputBytes = session.Connection.PendingOutputBytes,
            SentBytes = sentBytes,
        };
}

using Microsoft.Extensions.Logging;

namespace Henge.Server;

/// <summary>Every line that the command logs. Event ids, stable once given: 3000 serving, 3100 peers.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "{Signal}: stops within {Limit}; a second signal ends at once")]
    public static partial void Stopping(ILogger logger, string signal, string limit);

    [LoggerMessage(3001, LogLevel.Warning, "Not everything was finished within {Limit}: what is left is cut off")]
    public static partial void StoppedLate(ILogger logger, string limit);

    [LoggerMessage(3100, LogLevel.Warning,
        "Peer {Peer} is reachable, but this version forms no ring: the nodes serve apart")]
    public static partial void PeerReachable(ILogger logger, string peer);

    [LoggerMessage(3101, LogLevel.Warning,
        "Peer {Peer} is unreachable: {Reason}; it will be tried again every {Interval}")]
    public static partial void PeerUnreachable(ILogger logger, string peer, string reason, string interval);

    [LoggerMessage(3102, LogLevel.Information, "Peer {Peer} is this node itself")]
    public static partial void PeerIsSelf(ILogger logger, string peer);
}

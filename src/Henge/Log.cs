using System.Net;

using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge;

/// <summary>
/// Every line that the node logs. Event ids, stable once given: 1000 the node, 1100 transport, 1200 sessions and
/// commands. Nothing here is logged per command.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Node {Name} ({NodeId}) listens on {EndPoints}")]
    public static partial void NodeStarted(ILogger logger, string name, string nodeId, string endPoints);

    [LoggerMessage(1001, LogLevel.Information, "Node {Name} stops")]
    public static partial void NodeStopping(ILogger logger, string name);

    [LoggerMessage(1002, LogLevel.Information, "Node {Name} has stopped")]
    public static partial void NodeStopped(ILogger logger, string name);

    [LoggerMessage(1003, LogLevel.Error, "Maintenance failed and goes on")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1004, LogLevel.Warning,
        "Insecure: no password is set and other machines reach this node; anyone may read and change everything")]
    public static partial void Insecure(ILogger logger);

    [LoggerMessage(1100, LogLevel.Warning, "Refused a connection from {Remote}, and {Others} others not logged")]
    public static partial void ConnectionRefused(ILogger logger, IPEndPoint remote, long others);

    [LoggerMessage(1101, LogLevel.Warning,
        "Closed the connection from {Remote}: it passed a limit ({Reason}), as did {Others} others not logged")]
    public static partial void ConnectionOverLimit(ILogger logger, IPEndPoint remote, CloseReason reason, long others);

    [LoggerMessage(1102, LogLevel.Error, "Cannot accept connections for the moment (error {Error}, {Others} times "
        + "more not logged): raise the limit of open files or lower max-clients")]
    public static partial void NoDescriptors(ILogger logger, int error, long others);

    [LoggerMessage(1103, LogLevel.Error, "A command failed and its connection from {Remote} was closed")]
    public static partial void SessionFailed(ILogger logger, IPEndPoint remote, Exception exception);

    [LoggerMessage(1104, LogLevel.Error, "Loop {Loop} failed in a turn and goes on")]
    public static partial void LoopFailed(ILogger logger, int loop, Exception exception);

    [LoggerMessage(1105, LogLevel.Warning, "Stopping took too long: {Count} connections were cut")]
    public static partial void ConnectionsCut(ILogger logger, int count);

    [LoggerMessage(1106, LogLevel.Error, "An HTTP connection could not be handed over and was closed")]
    public static partial void HandOverFailed(ILogger logger, Exception exception);

    [LoggerMessage(1107, LogLevel.Warning,
        "Closed the connection from {Remote}: it speaks TLS, which is not served here; {Others} others not logged")]
    public static partial void TlsRefused(ILogger logger, IPEndPoint remote, long others);

    [LoggerMessage(1200, LogLevel.Warning,
        "Closed {Remote}: it sent a request of another protocol, which may be an attack through a browser or a proxy")]
    public static partial void ForeignRequest(ILogger logger, EndPoint remote);
}

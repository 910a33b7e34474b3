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

    [LoggerMessage(1200, LogLevel.Warning,
        "Closed {Remote}: it sent a request of another protocol, which may be an attack through a browser or a proxy")]
    public static partial void ForeignRequest(ILogger logger, System.Net.EndPoint remote);
}

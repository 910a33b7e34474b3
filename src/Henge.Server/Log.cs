using Microsoft.Extensions.Logging;

namespace Henge.Server;

/// <summary>
/// Every line that the command logs. Event ids, stable once given: 3000 serving, 3010 what is sent by OTLP.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "{Signal}: stops within {Limit}; a second signal ends at once")]
    public static partial void Stopping(ILogger logger, string signal, string limit);

    [LoggerMessage(3001, LogLevel.Warning,
        "Not everything was finished within {Limit}: what is left is cut off; raise --stop-timeout or --leave-timeout")]
    public static partial void StoppedLate(ILogger logger, string limit);

    [LoggerMessage(3010, LogLevel.Information, "Metrics are sent by OTLP to {Endpoint}")]
    public static partial void OtlpMetrics(ILogger logger, string endpoint);

    [LoggerMessage(3011, LogLevel.Information, "Traces are sent by OTLP to {Endpoint}")]
    public static partial void OtlpTraces(ILogger logger, string endpoint);

    [LoggerMessage(3012, LogLevel.Warning,
        "Metrics or traces could not be sent by OTLP: {Reason} (and {Others} more). Is the collector up, and do "
        + "endpoint and OTEL_EXPORTER_OTLP_PROTOCOL belong together? The node itself is not concerned")]
    public static partial void OtlpFailed(ILogger logger, string reason, long others);
}

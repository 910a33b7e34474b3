using System.Diagnostics.Tracing;
using System.Globalization;

using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge.Server.Telemetry;

/// <summary>
/// Hears what OpenTelemetry says of failures, which it tells nobody else, and logs one a minute: numbers that do not
/// arrive must not be noticed by their absence alone.
/// </summary>
internal sealed class OtlpFaults : EventListener
{
    private readonly ILogger? _logger;
    private readonly TimeProvider? _time;
    private readonly RareLog _rare = new();

    /// <summary>Begins to listen.</summary>
    public OtlpFaults(ILogger logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry-", StringComparison.Ordinal))
        {
            EnableEvents(eventSource, EventLevel.Error);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // Called by the base class before the constructor has run, too.
        if (_logger is null || _time is null || eventData.Message is not { } format
            || !_rare.IsDue((long)_time.GetElapsedTime(0).TotalMilliseconds, out long others))
        {
            return;
        }
        string text = string.Format(CultureInfo.InvariantCulture, format, [.. eventData.Payload ?? []]);
        Log.OtlpFailed(_logger, text.Split('\n')[0].Trim(), others);
    }
}

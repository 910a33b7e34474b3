using Henge.Diagnostics.Meters;

using Microsoft.Extensions.Logging;

using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Henge.Server.Telemetry;

/// <summary>
/// Sends the node's metrics and traces by OTLP, with OpenTelemetry's own exporter, which reads the OTEL_… variables by
/// itself. What it could not send when the node stops, it tries once more within five seconds.
/// </summary>
internal sealed class OtlpSender : IDisposable
{
    private readonly OtlpFaults _faults;
    private readonly NodeMeters? _meters;
    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    /// <summary>Begins to send.</summary>
    /// <param name="node">What is looked at.</param>
    /// <param name="variables">Which of both is sent.</param>
    /// <param name="logger">Gets one line that says where, and at most one a minute when it fails.</param>
    public OtlpSender(HengeNode node, OtlpVariables variables, ILogger logger)
    {
        _faults = new OtlpFaults(logger, node.TimeProvider);
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService("henge", serviceVersion: ProductVersion.Text, serviceInstanceId: node.NodeIdText)
            .AddAttributes([new("host.name", node.Options.Name)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        if (variables.Metrics is not null && node.Options.Metrics)
        {
            _meters = new NodeMeters(node, factory: null);
            _metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(NodeMeters.MeterName)
                .AddOtlpExporter()
                .Build();
            Log.OtlpMetrics(logger, variables.Metrics);
        }
        if (variables.Traces is not null)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(CallActivities.SourceName)
                .AddOtlpExporter()
                .Build();
            Log.OtlpTraces(logger, variables.Traces);
        }
    }

    /// <summary>Sends what is left, and ends.</summary>
    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
        _meters?.Dispose();
        _faults.Dispose();
    }
}

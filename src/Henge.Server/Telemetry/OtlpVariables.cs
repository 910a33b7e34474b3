using Henge.Server.CommandLine;

namespace Henge.Server.Telemetry;

/// <summary>
/// What the standard variables of OpenTelemetry ask for. Without an endpoint nothing is sent, and no part of
/// OpenTelemetry is loaded: this type alone is looked at.
/// </summary>
internal sealed class OtlpVariables
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private OtlpVariables()
    {
    }

    /// <summary>Where metrics go; null for nowhere.</summary>
    public string? Metrics { get; private init; }

    /// <summary>Where traces go; null for nowhere.</summary>
    public string? Traces { get; private init; }

    /// <summary>Whether anything is sent.</summary>
    public bool IsAnySent => Metrics is not null || Traces is not null;

    /// <summary>Reads them.</summary>
    /// <param name="environment">Gives a variable, or null.</param>
    /// <exception cref="UsageException">An endpoint is no http address.</exception>
    public static OtlpVariables Read(Func<string, string?> environment)
    {
        if (string.Equals(environment("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return new OtlpVariables();
        }
        string? common = Address(environment, Endpoint);
        return new OtlpVariables
        {
            Metrics = IsOff(environment("OTEL_METRICS_EXPORTER")) ? null
                : Address(environment, MetricsEndpoint) ?? common,
            Traces = IsOff(environment("OTEL_TRACES_EXPORTER")) ? null
                : Address(environment, TracesEndpoint) ?? common,
        };
    }

    private static bool IsOff(string? exporter) =>
        string.Equals(exporter?.Trim(), "none", StringComparison.OrdinalIgnoreCase);

    private static string? Address(Func<string, string?> environment, string name)
    {
        if (environment(name)?.Trim() is not { Length: > 0 } text)
        {
            return null;
        }
        bool isHttp = Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
        // What stands before an @ may be a password.
        return isHttp ? address!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : throw new UsageException($"{name} is no http or https address: give one, as http://localhost:4317");
    }
}

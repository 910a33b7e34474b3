using Henge.Server.CommandLine;
using Henge.Server.Telemetry;

using Xunit;

namespace Henge.Tests.Server.Telemetry;

public sealed class OtlpVariablesTests
{
    [Fact]
    public void Without_an_endpoint_nothing_is_sent()
    {
        Assert.False(Read().IsAnySent);
        Assert.False(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", " ")).IsAnySent);
        Assert.False(Read(("OTEL_SERVICE_NAME", "x"), ("OTEL_METRICS_EXPORTER", "otlp")).IsAnySent);
    }

    [Fact]
    public void One_endpoint_is_for_both_and_each_may_have_its_own_or_none()
    {
        const string common = "http://collector:4317/";
        OtlpVariables both = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", common));
        Assert.Equal((common, common), (both.Metrics, both.Traces));
        OtlpVariables metrics = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", common), ("OTEL_TRACES_EXPORTER", "none"));
        Assert.Equal((common, null), (metrics.Metrics, metrics.Traces));
        OtlpVariables traces = Read(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://t/v1/traces"));
        Assert.Equal((null, "https://t/v1/traces"), (traces.Metrics, traces.Traces));
        Assert.False(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", common), ("OTEL_SDK_DISABLED", "TRUE")).IsAnySent);
    }

    [Fact]
    public void What_is_no_address_is_said_and_what_may_be_a_password_is_not()
    {
        var wrong = Assert.Throws<UsageException>(() => Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")));
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT", wrong.Message, StringComparison.Ordinal);
        OtlpVariables named = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "https://me:hunter2@collector:4318/otlp"));
        Assert.Equal("https://collector:4318/otlp", named.Metrics);
    }

    private static OtlpVariables Read(params (string Name, string Value)[] variables) => OtlpVariables.Read(
        name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}

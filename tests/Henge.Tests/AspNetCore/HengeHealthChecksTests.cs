using Henge.AspNetCore;
using Henge.Tests.Embedding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class HengeHealthChecksTests
{
    [Fact]
    public async Task The_node_is_one_of_the_checks_of_its_application()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(
            services: static services => services.AddHealthChecks().AddHenge(tags: ["ready"]));

        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(static check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken);

        Assert.Equal(("henge", HealthStatus.Healthy), (Assert.Single(report.Entries).Key, report.Status));
    }
}

using Henge.Server.Logging;

using Microsoft.Extensions.Logging;

using Xunit;

namespace Henge.Tests.Server.Logging;

public sealed class LineLoggerTests
{
    private readonly StringWriter _to = new();

    [Fact]
    public void An_event_is_one_line_whatever_it_says()
    {
        ILogger logger = Logger("Henge", LogLevel.Information);

        logger.LogWarning(new InvalidOperationException("first\r\nsecond"), "a\nb {Name}", "c");

        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
                + @"warning Henge: a b c \(InvalidOperationException: first second\)\r?\n$",
            _to.ToString());
    }

    [Theory]
    [InlineData("Henge", LogLevel.Information, LogLevel.Information, true)]
    [InlineData("Henge", LogLevel.Warning, LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore", LogLevel.Information, LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore", LogLevel.Information, LogLevel.Warning, true)]
    [InlineData("Microsoft.AspNetCore", LogLevel.Debug, LogLevel.Debug, true)]
    [InlineData("Henge", LogLevel.None, LogLevel.Critical, false)]
    public void Levels_decide_and_the_framework_is_quieter(
        string category, LogLevel least, LogLevel level, bool written)
    {
        ILogger logger = Logger(category, least);

        logger.Log(level, "x");

        Assert.Equal(written, logger.IsEnabled(level));
        Assert.Equal(written, _to.ToString().Length > 0);
    }

    private ILogger Logger(string category, LogLevel least) =>
        new LineLoggerFactory(_to, least, TimeProvider.System).CreateLogger(category);
}

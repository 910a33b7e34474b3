using Microsoft.Extensions.Logging;

namespace Henge.Server.Logging;

/// <summary>The logger of one category of a <see cref="LineLoggerFactory"/>.</summary>
internal sealed class LineLogger(string category, LogLevel least, LineLoggerFactory factory) : ILogger
{
    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            factory.Write(logLevel, category, formatter(state, exception), exception);
        }
    }

    /// <summary>Scopes are not shown.</summary>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}

using Microsoft.Extensions.Logging;

namespace Henge.Tests.Snapshots;

/// <summary>Runs something on the thread that logs an event, in the very moment.</summary>
internal sealed class EventHook(int eventId, Action run) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId logged, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (logged.Id == eventId)
        {
            run();
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}

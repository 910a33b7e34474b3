using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace Henge.Tests.AspNetCore;

/// <summary>
/// Keeps the errors that a node logs, for the test to look at: none is expected. That another node went without a word,
/// as those of these tests do, is no error of this one.
/// </summary>
internal sealed class FailureLog : ILoggerFactory, ILogger
{
    private const int MemberDead = 1403;

    private readonly ConcurrentQueue<string> _failures = [];

    public IReadOnlyCollection<string> Failures => _failures;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && eventId.Id != MemberDead)
        {
            _failures.Enqueue($"{formatter(state, exception)}: {exception}");
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}

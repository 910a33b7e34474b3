using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace Henge.Server.Logging;

/// <summary>
/// Logs to one writer, one line per event: time, level, category, text, and the kind and message of an exception (its
/// trace only when debugging). What ASP.NET Core and the runtime say counts from warning on unless debugging. Written
/// here because the framework's console logger takes two lines per event and a second thread.
/// </summary>
internal sealed class LineLoggerFactory(TextWriter to, LogLevel least, TimeProvider timeProvider) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, LineLogger> _loggers = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new LineLogger(name, LevelOf(name), this));

    /// <summary>Not supported: this factory has one destination.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one destination.");

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (to)
        {
            to.Flush();
        }
    }

    /// <summary>
    /// Writes one event. A destination that is gone (a closed pipe) must not end the node: it is ignored.
    /// </summary>
    internal void Write(LogLevel level, string category, string text, Exception? exception)
    {
        string time = timeProvider.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
        string line = $"{time} {Word(level)} {category}: {OneLine(text)}";
        if (exception is not null)
        {
            line += $" ({exception.GetType().Name}: {OneLine(exception.Message)})";
        }
        try
        {
            lock (to)
            {
                to.WriteLine(line);
                if (exception is not null && least <= LogLevel.Debug)
                {
                    to.WriteLine(exception.ToString());
                }
            }
        }
        catch (IOException)
        {
            // Nobody reads standard error any more.
        }
    }

    private LogLevel LevelOf(string category)
    {
        bool foreign = category.StartsWith("Microsoft.", StringComparison.Ordinal)
            || category.StartsWith("System.", StringComparison.Ordinal);
        return foreign && least == LogLevel.Information ? LogLevel.Warning : least;
    }

    private static string OneLine(string text) =>
        text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : text.ReplaceLineEndings(" ");

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace  ",
        LogLevel.Debug => "debug  ",
        LogLevel.Information => "info   ",
        LogLevel.Warning => "warning",
        _ => "error  ",
    };
}

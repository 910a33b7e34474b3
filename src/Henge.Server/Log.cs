using Microsoft.Extensions.Logging;

namespace Henge.Server;

/// <summary>Every line that the command logs. Event ids, stable once given: 3000 serving.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "{Signal}: stops within {Limit}; a second signal ends at once")]
    public static partial void Stopping(ILogger logger, string signal, string limit);

    [LoggerMessage(3001, LogLevel.Warning, "Not everything was finished within {Limit}: what is left is cut off")]
    public static partial void StoppedLate(ILogger logger, string limit);
}

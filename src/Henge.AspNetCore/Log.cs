using Microsoft.Extensions.Logging;

namespace Henge.AspNetCore;

/// <summary>
/// Every line that the HTTP side logs. Event ids, stable once given: 1300 on. Nothing is logged per request.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Error, "An HTTP request failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception);
}

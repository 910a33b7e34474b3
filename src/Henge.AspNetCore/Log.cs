using Microsoft.Extensions.Logging;

namespace Henge.AspNetCore;

/// <summary>
/// Every line that the HTTP side logs. Event ids, stable once given: 2000 on. Nothing is logged per request.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Error, "An HTTP request failed; report it as a fault of Henge, with this line")]
    public static partial void RequestFailed(ILogger logger, Exception exception);
}

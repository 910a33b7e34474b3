using Henge.Protocol;

namespace Henge.Commands;

/// <summary>
/// Bounds the reply of one command: a short request can ask for one large value a million times. What would not fit
/// the connection's output limit, where the connection is closed, is answered by an error before it is built.
/// </summary>
internal static class ReplyBudget
{
    /// <summary>
    /// True when the reply begun at <paramref name="before"/> has no room for <paramref name="next"/> more bytes; then
    /// it has been replaced by an error.
    /// </summary>
    public static bool IsExceeded(in CommandContext context, int before, long next)
    {
        RespWriter reply = context.Reply;
        HengeOptions options = context.Node.Options;
        long limit = Math.Max(
            options.Limits.OutputHardBytes, (long)options.MaxValue + options.Limits.OutputPauseBytes);
        if (reply.Length - before + next <= limit)
        {
            return false;
        }
        reply.Truncate(before);
        reply.Error($"ERR reply exceeds the output limit ({limit} bytes)");
        return true;
    }
}

namespace Henge.Sessions;

/// <summary>Whether a session is to end, and how. It only ever moves to a larger value.</summary>
internal enum SessionClosing : byte
{
    /// <summary>It goes on.</summary>
    No = 0,

    /// <summary>
    /// No more commands; the connection closes once the replies have been sent (QUIT, protocol errors).
    /// </summary>
    AfterReplies = 1,

    /// <summary>
    /// No more commands and no more replies; the connection closes at once (cross-protocol requests).
    /// </summary>
    AtOnce = 2,
}
